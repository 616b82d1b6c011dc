// What a step of a template says, in words.
import type { TemplateStep, TemplateView } from '../../api/cases';
import { named } from '../../i18n/named';
import { limitText } from './limits';

export type Words = (key: string) => string;
export interface Department {
  code: string;
  name: string;
  name_en?: string;
}

/** Where the step is done: "样例银行" is not known yet, but by which field it is named. */
export function partyText(
  t: Words,
  step: TemplateStep,
  template: TemplateView,
  departments: Department[],
) {
  const [kind = '', code = ''] = step.party.split(':');
  if (kind === 'department') {
    const found = departments.find((one) => one.code === code);
    return found ? named(found) : code;
  }
  if (kind !== 'field') return t(`cases.party.${kind}`);
  const field = template.fields.find((one) => one.code === code);
  return field ? named(field, 'name') : code;
}

export const whoText = (
  t: Words,
  step: TemplateStep,
  template: TemplateView,
  departments: Department[],
) => `${t(`roles.${step.role}`)} · ${partyText(t, step, template, departments)}`;

export const limitOf = (t: Words, step: TemplateStep) =>
  step.limit_amount !== null && step.limit_unit
    ? limitText(t, step.limit_amount, step.limit_unit)
    : t('cases.noLimit');

export const responseOf = (t: Words, step: TemplateStep) =>
  step.response_amount !== null && step.response_unit
    ? limitText(t, step.response_amount, step.response_unit)
    : '';

export const stepNamed = (template: TemplateView, code: string) => {
  const step = template.steps.find((one) => one.code === code);
  return step ? named(step, 'name') : code;
};
