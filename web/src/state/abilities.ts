// What the pages offer to whom. The program decides; this only spares people refusals.
import type { Role, Session } from '../api/accounts';
import { isSignedIn, role, session } from './session';

const ADMINISTRATORS: Role[] = ['administrator', 'operator'];
const EDITORS: Role[] = ['analyst', 'district_officer', 'department_officer', 'operator'];

const ABILITIES = {
  /** Add documents, revise figures, ask for publication. */
  edit: EDITORS,
  /** Decide on what others have proposed. */
  approve: ['analyst', 'leader', ...ADMINISTRATORS],
  administer: ADMINISTRATORS,
  /** Read the register of organisations, and who may add to it. */
  lookUp: ['specialist', 'leader', 'auditor', 'administrator', ...EDITORS],
  register: ['district_officer', ...ADMINISTRATORS],
  /** Read users, grants, organisations. */
  oversee: ['auditor', ...ADMINISTRATORS],
  audit: ['auditor', ...ADMINISTRATORS],
  exportLog: ['auditor', 'operator'],
  /** See which data are owed and what has come. */
  collection: ['analyst', 'leader', 'auditor', 'department_officer', ...ADMINISTRATORS],
  /** Accept or reject what has come. */
  collect: ['analyst', 'department_officer', 'operator'],
  catalogue: ['analyst', 'department_officer', ...ADMINISTRATORS],
  remind: ['analyst', 'leader', ...ADMINISTRATORS],
  /** Is reminded. */
  receive: ['department_officer'],
  seeFeeds: ['analyst', 'auditor', 'department_officer', ...ADMINISTRATORS],
  keepFeeds: ADMINISTRATORS,
  /** Import tables; others read what was imported. */
  bring: [...EDITORS, 'administrator'],
  seeImports: ['specialist', 'leader', 'auditor', 'administrator', ...EDITORS],
  /** Find what does not add up in the menus, and have it looked for now. */
  findings: ['leader', 'auditor', 'administrator', ...EDITORS],
  checkFigures: ['analyst', ...ADMINISTRATORS],
  /** Begin a case: enterprises for themselves. */
  beginCases: ['enterprise', 'institute', ...EDITORS],
  /** Make and change proposals or watch them. */
  propose: ['leader', 'auditor', 'administrator', ...EDITORS],
} satisfies Record<string, Role[]>;

export type Ability = keyof typeof ABILITIES | 'delegate' | 'signedIn';

export function may(ability: Ability): boolean {
  if (ability === 'signedIn') return isSignedIn.value;
  if (ability === 'delegate')
    return Boolean(session.account?.may_delegate && session.account.organisation_code);
  return (ABILITIES[ability] as Role[]).includes(role.value);
}

/** Where somebody's work begins. */
export function landingOf(who: Session): string {
  if (who.must_change_password) return '/account';
  switch (who.role) {
    case 'administrator':
    case 'operator':
      return '/admin/users';
    case 'auditor':
      return '/audit';
    case 'analyst':
    case 'department_officer':
      return '/documents';
    case 'district_officer':
      return who.area_code ? `/areas/${who.area_code}` : '/areas';
    case 'enterprise':
    case 'institute':
    case 'bank':
      return who.may_delegate ? '/organisation' : '/account';
    case 'expert':
    case 'specialist':
      return '/account';
    default:
      return '/';
  }
}
