import { appendCatalogue } from './catalogue-rows.ts';
import {
  Learning,
  Mdm,
  NodeContext,
  NodeObserver,
  PlacementLearning,
  type MetricSources,
  type MetadataSources,
  type PodReadings,
} from './codeco/index.ts';
import type { Network } from './dynamics/index.ts';
import type { Kernel } from './kernel/index.ts';
import { appendForecast, appendReward } from './learning-rows.ts';
import type { ClusterId, NodeId, World } from './model/index.ts';
import { decidingCluster } from './places.ts';
import type { Recorder } from './results/index.ts';

/** What nodes are known by. */
export interface KnowledgeParts {
  readonly network: Network;
  readonly metrics: MetricSources;
  readonly copies: MetadataSources['copies'];
  readonly requested: MetadataSources['requested'];
  readonly pods: PodReadings;
}

/** Who watches nodes, learns of them and catalogues what is on them, as far as the scenario has them. */
export interface NodeKnowledge {
  readonly observer: NodeObserver | undefined;
  readonly learning: Learning | undefined;
  readonly placements: PlacementLearning | undefined;
  /**
   * What a cluster knows of nodes where it places applications; where orchestration decides, if it is not told which.
   * @throws {RangeError} if nobody watches nodes
   */
  readonly contextOf: (cluster?: ClusterId) => NodeContext;
}

/** Nodes are watched where SWM places by what they cost, where ACM tells of them, or where their load is learned. */
export function nodeKnowledge(
  kernel: Kernel,
  world: World,
  { tables }: Pick<Recorder, 'tables'>,
  { network, metrics, copies, requested, pods }: KnowledgeParts,
): NodeKnowledge {
  const { swm, acm, learning: settings, mdm: catalogued, federation } = world.orchestration;
  const hub = decidingCluster(world);
  const observer =
    swm === undefined && acm === undefined && settings === undefined
      ? undefined
      : new NodeObserver(kernel, world, metrics);
  const learning =
    settings &&
    new Learning(kernel, network, world, settings, observer!, hub, (outcome) =>
      appendForecast(tables.forecasts, world, kernel.now, outcome),
    );
  const placements =
    settings?.recommendations &&
    new PlacementLearning(
      kernel,
      network,
      world,
      settings.recommendations,
      settings.exchange,
      observer!,
      pods,
      hub,
      (reward) => appendReward(tables.rewards, world, kernel.now, reward),
    );
  const readers = federation === undefined ? [hub] : world.clusters.map((_, cluster) => cluster as ClusterId);
  const sources = { copies, requested, isNodeUp: (node: NodeId) => metrics.isNodeUp(node) };
  const mdm =
    catalogued &&
    new Mdm(kernel, network, world, catalogued, sources, hub, readers, (note) =>
      appendCatalogue(tables.catalogue, world, kernel.now, note),
    );
  const known = settings?.costs === 'forecast' ? learning : observer;
  return {
    observer,
    learning,
    placements,
    contextOf(cluster = hub) {
      if (known === undefined) throw new RangeError('nobody watches nodes');
      return new NodeContext(known, mdm, cluster, placements);
    },
  };
}
