import type { Kernel, RandomStream } from './kernel/index.ts';
import type { UserId, World } from './model/index.ts';

/**
 * Decides which requests get a row: each is drawn from a stream of its user when it is issued, so that variants of a scenario
 * record the same requests; nothing is drawn when all are recorded.
 */
export function requestSampler({ users, recording }: World, kernel: Kernel): (user: UserId) => boolean {
  const { requestSample } = recording;
  if (requestSample >= 1) return () => true;
  if (requestSample <= 0) return () => false;
  const streams: (RandomStream | undefined)[] = [];
  return (user) => {
    const stream = (streams[user] ??= kernel.streams.get(`user/${users[user]!.name}/sampling`));
    return stream.uniform() < requestSample;
  };
}
