import { expect, type Locator, type Page } from '@playwright/test';

/** The builder's screen, by what people see of it. */
export class Builder {
  readonly page: Page;
  readonly canvas: Locator;

  constructor(page: Page) {
    this.page = page;
    this.canvas = page.getByRole('application', { name: 'Workflow canvas' }).or(page.locator('.react-flow')).first();
  }

  node(name: string): Locator {
    return this.page.locator('.react-flow__node').filter({ has: this.page.getByTitle(name, { exact: true }) });
  }

  edges(): Locator {
    return this.page.locator('.react-flow__edge');
  }

  /** Drags a node type from the palette, with the mouse, to a place on the canvas. */
  async dragFromPalette(type: string, position: { x: number; y: number }): Promise<void> {
    const item = this.page
      .getByRole('complementary', { name: 'Nodes' })
      .getByRole('button', { name: type, exact: true });
    const before = await this.page.locator('.react-flow__node').count();
    await item.dragTo(this.canvas, { targetPosition: position });
    await expect(this.page.locator('.react-flow__node')).toHaveCount(before + 1);
  }

  /** Draws a connection with the mouse, from an output port to an input port, both by their label. */
  async connect(output: string, input: string): Promise<void> {
    const before = await this.edges().count();
    const [from, to] = [await this.centreOf(output), await this.centreOf(input)];
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 8 });
    await mouse.move(to.x, to.y, { steps: 8 });
    await mouse.up();
    await expect(this.edges()).toHaveCount(before + 1);
  }

  private async centreOf(label: string): Promise<{ x: number; y: number }> {
    const handle = this.page.getByLabel(label, { exact: true });
    await expect(handle).toBeInViewport();
    const box = await handle.boundingBox();
    if (!box) throw new Error(`${label} is not on the screen.`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  /** Opens a node's settings and replaces the text of one of its fields. */
  async setField(node: string, field: string, text: string): Promise<void> {
    await this.node(node).click();
    const editor = this.page.getByRole('region', { name: `Settings of ${node}` }).getByRole('textbox', { name: field });
    await editor.click();
    await this.page.keyboard.press('ControlOrMeta+A');
    // As a paste: typing would let the editor close the brackets by itself.
    await this.page.keyboard.insertText(text);
    await expect(editor).toHaveText(text);
  }

  async expectSaved(): Promise<void> {
    await expect(this.page.getByText('Saved', { exact: true })).toBeVisible();
  }

  /** Fills the run form and starts; the panel with the live run is on the screen afterwards. */
  async run(field: string, text: string): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Run', exact: true }).click();
    const form = this.page.getByRole('dialog', { name: 'Run workflow' });
    await form.getByRole('textbox', { name: field }).fill(text);
    await form.getByRole('button', { name: 'Start', exact: true }).click();
    const panel = this.page.getByRole('region', { name: 'Run', exact: true });
    await expect(panel).toBeVisible();
    return panel;
  }
}
