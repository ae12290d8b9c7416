import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankSpecialists, scoreFit } from './score-fit.ts';

const analyst = { id: 'analyst', name: 'Analyst', role: 'Compares prices and contracts', skills: ['SQL', 'pricing'] };
const writer = { id: 'writer', name: 'Writer', role: 'Writes reports for managers', skills: ['writing'] };
const subtask = (more = {}) => ({ title: 'Prices', task: 'Compare the prices of both', skills: ['pricing'], ...more });

describe('the score of a specialist', () => {
  it('is the weighted sum of skills, words and opinion, with its reasons', () => {
    expect(scoreFit(subtask({ suggested: 'analyst' }), analyst)).toEqual({
      specialist: 'analyst',
      score: 0.92,
      reasons: [
        'It has 1 of 1 skills: pricing.',
        'Its description has the words pric, compar.',
        'The coordinator’s model suggests it.',
      ],
    });
    expect(scoreFit(subtask(), writer)).toEqual({
      specialist: 'writer',
      score: 0,
      reasons: ['It has none of the skills pricing.', 'No word of its description is in the task.'],
    });
  });

  it('goes by words alone where no skills are named', () => {
    const { score, reasons } = scoreFit(subtask({ skills: [], task: 'Write reports for managers', title: '' }), writer);
    expect(score).toBeCloseTo(0.63, 2);
    expect(reasons[0]).toBe('The task names no skills.');
  });

  it('takes a skill with something added for the same, and one in other letters', () => {
    expect(scoreFit(subtask({ skills: ['SQL databases'] }), analyst).reasons[0]).toContain('1 of 1');
    expect(scoreFit(subtask({ skills: ['C'] }), { ...analyst, skills: ['c'] }).reasons[0]).toContain('1 of 1');
    expect(scoreFit(subtask({ skills: ['C'] }), { ...analyst, skills: ['d'] }).reasons[0]).toContain('none');
    expect(
      scoreFit(subtask({ skills: [], task: 'Do research on tea' }), { ...writer, role: 'Researcher' }).reasons[1],
    ).toContain('research');
  });

  it('understands Japanese', () => {
    const japanese = { id: 'a', name: '調査担当', role: '市場調査を行う', skills: ['市場調査'] };
    const wanted = { title: '競合', task: '競合の市場調査をしてください', skills: ['市場調査'] };
    expect(scoreFit(wanted, japanese).score).toBeGreaterThan(0.6);
  });

  it('lies between 0 and 1, and more matching skills never lower it', () => {
    const words = fc.constantFrom('research', 'SQL', 'writing', 'law', 'design', '翻訳');
    const skills = fc.uniqueArray(words, { maxLength: 6 });
    fc.assert(
      fc.property(skills, skills, words, fc.string(), (needed, own, another, task) => {
        const wanted = subtask({ skills: needed, task });
        const before = scoreFit(wanted, { ...analyst, skills: own });
        const after = scoreFit(wanted, { ...analyst, skills: [...own, another] });
        expect(before.score).toBeGreaterThanOrEqual(0);
        expect(after.score).toBeLessThanOrEqual(1);
        expect(after.score).toBeGreaterThanOrEqual(before.score);
        expect(before.reasons.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});

describe('the ranking', () => {
  it('puts the best fit first, whatever it has to do already', () => {
    const ranked = rankSpecialists(subtask(), [writer, analyst], new Map([['analyst', 3]]));
    expect(ranked.map(({ specialist }) => specialist)).toEqual(['analyst', 'writer']);
    expect(ranked[0]?.reasons.at(-1)).toBe('It has 3 to do already.');
  });

  it('prefers of equals who has less to do, then the first of the list', () => {
    const twins = ['a', 'b', 'c'].map((id) => ({ ...writer, id }));
    const order = (load: [string, number][]) =>
      rankSpecialists(subtask(), twins, new Map(load)).map(({ specialist }) => specialist);
    expect(order([])).toEqual(['a', 'b', 'c']);
    expect(order([['a', 1]])).toEqual(['b', 'c', 'a']);
  });
});
