// The pages for those who sign in, each loaded when it is asked for. A file of its own, so that the
// first load does not carry the list of all they need.
export default {
  reset: () => import('./ResetPage.vue'),
  claim: () => import('./ClaimPage.vue'),
  account: () => import('./AccountPage.vue'),
  tokens: () => import('./TokensPage.vue'),
  myData: () => import('./MyDataPage.vue'),
  organisation: () => import('./MyOrganisationPage.vue'),
  proposals: () => import('./ProposalsPage.vue'),
  audit: () => import('./AuditPage.vue'),
  auditEvent: () => import('./AuditEventPage.vue'),
  users: () => import('./admin/UsersPage.vue'),
  user: () => import('./admin/UserPage.vue'),
  organisations: () => import('./admin/OrganisationsPage.vue'),
  oneOrganisation: () => import('./admin/OrganisationPage.vue'),
  invitations: () => import('./admin/InvitationsPage.vue'),
  settings: () => import('./admin/SettingsPage.vue'),
};
