import { getServices } from '../../../server/services.ts';
import { getPageUser } from '../../auth/server/page-user.ts';
import { listMemberships } from './find-membership.ts';

/** Where `/` leads: the first workspace's workflows, a first workspace to be made, or the sign-in page. */
export const homePath = async (): Promise<string> => {
  const user = await getPageUser();
  if (!user) return '/sign-in';
  const [first] = await listMemberships(getServices().prisma, user.id);
  return first ? `/w/${first.workspace.slug}/workflows` : '/workspaces/new';
};
