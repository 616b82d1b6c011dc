import type { GrantScope } from '../../api/accounts';

/** For which organisation, area or department a grant holds; empty: for the whole. */
export function scopeText(grant: GrantScope): string {
  return (
    grant.organisation_name ||
    grant.organisation_code ||
    grant.area_name ||
    grant.area_code ||
    grant.department_name ||
    grant.department_code ||
    ''
  );
}
