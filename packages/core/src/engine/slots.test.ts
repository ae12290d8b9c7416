import { describe, expect, it } from 'vitest';
import { createSlots, holdSlot } from './slots.ts';

const settled = async (promise: Promise<void>): Promise<boolean> => {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await Promise.resolve();
  await Promise.resolve();
  return done;
};

describe('createSlots', () => {
  it('grants as many as there are, then in the order in which they were asked for', () => {
    const slots = createSlots(2);
    const granted: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) slots.request(() => granted.push(name));
    expect(granted).toEqual(['a', 'b']);
    slots.release();
    slots.release();
    expect(granted).toEqual(['a', 'b', 'c', 'd']);
  });

  it('grants nothing that was withdrawn', () => {
    const slots = createSlots(1);
    const granted: string[] = [];
    slots.request(() => granted.push('a'));
    const withdraw = slots.request(() => granted.push('b'));
    slots.request(() => granted.push('c'));
    withdraw();
    slots.release();
    expect(granted).toEqual(['a', 'c']);
  });

  it('lets those that come back go first', () => {
    const slots = createSlots(1);
    const granted: string[] = [];
    slots.request(() => granted.push('a'));
    slots.request(() => granted.push('new'));
    const withdraw = slots.request(() => granted.push('gone'), { returning: true });
    slots.request(() => granted.push('back'), { returning: true });
    withdraw();
    slots.release();
    slots.release();
    expect(granted).toEqual(['a', 'back', 'new']);
  });

  it('starts nothing new while it may not, but lets come back what had begun', () => {
    let mayStart = false;
    const slots = createSlots(2, () => mayStart);
    const granted: string[] = [];
    slots.request(() => granted.push('new'));
    slots.request(() => granted.push('back'), { returning: true });
    expect(granted).toEqual(['back']);
    mayStart = true;
    slots.recheck();
    expect(granted).toEqual(['back', 'new']);
  });
});

describe('holdSlot', () => {
  it('lends its slot and gets it again', async () => {
    const slots = createSlots(1);
    slots.request(() => undefined);
    const slot = holdSlot(slots);
    slot.lend();
    let other: ReturnType<typeof holdSlot> | undefined;
    slots.request(() => (other = holdSlot(slots)));
    const back = slot.regain();
    expect(slot.regain()).toBe(back);
    expect(await settled(back)).toBe(false);
    other?.end();
    expect(await settled(back)).toBe(true);
    expect(await settled(slot.regain())).toBe(true);
  });

  it('waits for it no longer when it is lent again, and has none then', async () => {
    const slots = createSlots(1);
    slots.request(() => undefined);
    const slot = holdSlot(slots);
    slot.lend();
    slots.request(() => undefined);
    const back = slot.regain();
    slot.lend();
    expect(await settled(back)).toBe(true);
    slots.release();
    expect(await settled(slot.regain())).toBe(true);
  });

  it('gives it back once at its end, whether it has it or asks for it', () => {
    const slots = createSlots(1);
    slots.request(() => undefined);
    const first = holdSlot(slots);
    first.lend();
    slots.request(() => undefined);
    const second = holdSlot(slots);
    first.regain().catch(() => undefined);
    first.end();
    first.end();
    const granted: string[] = [];
    slots.request(() => granted.push('third'));
    expect(granted).toEqual([]);
    second.end();
    expect(granted).toEqual(['third']);
    slots.request(() => granted.push('fourth'));
    expect(granted).toEqual(['third']);
  });
});
