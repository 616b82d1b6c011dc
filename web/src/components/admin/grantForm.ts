import type { Role } from '../../api/accounts';

/** What each role is confined to: whose code its grant needs. */
export const SCOPE: Partial<Record<Role, 'organisation' | 'area' | 'department'>> = {
  enterprise: 'organisation',
  institute: 'organisation',
  bank: 'organisation',
  district_officer: 'area',
  department_officer: 'department',
};

export const GRANTABLE: Role[] = [
  'administrator',
  'auditor',
  'analyst',
  'leader',
  'department_officer',
  'district_officer',
  'specialist',
  'expert',
  'enterprise',
  'institute',
  'bank',
];

export interface GrantForm {
  role: Role;
  organisation_code: string;
  area_code: string;
  department_code: string;
  may_delegate: boolean;
  valid_to: string;
}

export const emptyGrant = (): GrantForm => ({
  role: 'department_officer',
  organisation_code: '',
  area_code: '',
  department_code: '',
  may_delegate: false,
  valid_to: '',
});

/** Only what belongs to the role goes out. */
export function grantBody(form: GrantForm): Record<string, unknown> {
  const body: Record<string, unknown> = { role: form.role };
  const scope = SCOPE[form.role];
  if (scope === 'organisation') {
    body.organisation_code = form.organisation_code.replace(/[\s-]/g, '').toUpperCase();
    if (form.may_delegate) body.may_delegate = true;
  }
  if (scope === 'area') body.area_code = form.area_code;
  if (scope === 'department') body.department_code = form.department_code;
  if (form.valid_to) body.valid_to = form.valid_to;
  return body;
}
