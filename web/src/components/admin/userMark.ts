import type { User } from '../../api/accounts';

/** Too many wrong passwords lock an account for a while. */
export function userMark(user: User): User['state'] {
  const isLocked = user.locked_until && Date.parse(user.locked_until) > Date.now();
  return user.state === 'active' && isLocked ? 'locked' : user.state;
}
