import type { NodeId, Service, ServiceId } from '../../model/index.ts';
import type { Scenario } from '../schema/index.ts';
import type { Path } from '../source.ts';
import type { Build, Names } from './build.ts';

/**
 * Where the first pods of an application's services are from the start, by service; what is wrong is reported.
 * @param known the names that may stand there, and how many pods of a service a controller makes
 */
export function readPlaced(
  build: Build,
  { placed }: Pick<Scenario['spec']['apps'][number], 'placed'>,
  path: Path,
  known: {
    readonly services: Names<ServiceId>;
    readonly nodes: Names<NodeId>;
    readonly replicasOf: (service: ServiceId) => number;
  },
): Map<ServiceId, Required<Pick<Service, 'placed'>>> {
  const read = new Map<ServiceId, Required<Pick<Service, 'placed'>>>();
  if (placed === undefined || build.isBroken(...path, 'placed')) return read;
  for (const [name, names] of Object.entries(placed)) {
    const at = [...path, 'placed', name];
    const service = build.resolve(known.services, name, at);
    if (service === undefined) continue;
    const most = known.replicasOf(service);
    if (names.length > most) {
      build.problem(at, `places for ${names.length} pods`, {
        expected: `at most ${most}, for so many pods a controller makes of ${name}`,
      });
    }
    const nodes = names.map((node, index) => build.resolve(known.nodes, node, [...at, index]));
    read.set(service, { placed: nodes.filter((node) => node !== undefined) });
  }
  return read;
}
