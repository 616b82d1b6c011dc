import type { LimitUnit } from '../../api/cases';

/** "2 个工作日": so many of a template's units. */
export const limitText = (t: (key: string) => string, amount: number, unit: LimitUnit) =>
  `${amount} ${t(`cases.unit.${unit}`)}`;
