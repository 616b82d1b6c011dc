// Where the steps of a case stand in a picture: one column behind the last of those they wait for,
// side by side what runs at the same time.
export interface FlowStep {
  code: string;
  after: string | null;
}
export interface Size {
  width: number;
  height: number;
  gapX: number;
  gapY: number;
}

export const before = (step: FlowStep) => (step.after ?? '').split(' ').filter(Boolean);

/** The column of each step; a circle, which is a flaw of its template, ends by itself. */
function columnsOf(steps: FlowStep[]) {
  const column = new Map<string, number>();
  for (let round = 0; round < steps.length; round++)
    for (const step of steps)
      column.set(
        step.code,
        Math.max(0, ...before(step).map((code) => (column.get(code) ?? 0) + 1)),
      );
  return column;
}

export function placeSteps<T extends FlowStep>(steps: T[], size: Size) {
  const column = columnsOf(steps);
  const used = new Map<number, number>();
  const boxes = steps.map((step) => {
    const x = column.get(step.code) ?? 0;
    const y = used.get(x) ?? 0;
    used.set(x, y + 1);
    return { step, x: x * (size.width + size.gapX) + 2, y: y * (size.height + size.gapY) + 2 };
  });
  const lines = boxes.flatMap((to) =>
    before(to.step).flatMap((code) => {
      const from = boxes.find((box) => box.step.code === code);
      if (!from) return [];
      const [x, y] = [from.x + size.width, from.y + size.height / 2];
      const [ex, ey] = [to.x, to.y + size.height / 2];
      const mid = x + size.gapX / 2;
      return [`M${x} ${y} C${mid} ${y} ${mid} ${ey} ${ex} ${ey}`];
    }),
  );
  return {
    boxes,
    lines,
    width: (Math.max(0, ...column.values()) + 1) * (size.width + size.gapX) - size.gapX + 4,
    height: Math.max(1, ...used.values()) * (size.height + size.gapY) - size.gapY + 4,
  };
}
