import { redirect } from 'next/navigation';
import { homePath } from '../features/workspace/server/home-path.ts';

export const dynamic = 'force-dynamic';

export default async function HomePage() {
  redirect(await homePath());
}
