import type { Pod } from '../../kubernetes/index.ts';
import type { AppId, ClusterId, SwmSettings } from '../../model/index.ts';
import type { Mdm } from '../mdm/index.ts';
import type { NodeMetrics } from './node-costs.ts';
import type { NodeObserver } from './node-observer.ts';
import type { PlacementLearning } from './recommendation/index.ts';

/** What a cluster knows of nodes when it places an application: their metrics as scraped or foretold, and what MDM says of them. */
export class NodeContext {
  readonly #observer: Pick<NodeObserver, 'metrics' | 'ageNs'>;
  readonly #mdm: Pick<Mdm, 'qualities' | 'ageNs'> | undefined;
  readonly #cluster: ClusterId;
  readonly #placements: PlacementLearning | undefined;

  /** @param cluster whose copy of MDM's catalogue it goes by */
  constructor(
    observer: Pick<NodeObserver, 'metrics' | 'ageNs'>,
    mdm: Pick<Mdm, 'qualities' | 'ageNs'> | undefined,
    cluster: ClusterId,
    placements: PlacementLearning | undefined,
  ) {
    this.#observer = observer;
    this.#mdm = mdm;
    this.#cluster = cluster;
    this.#placements = placements;
  }

  /** By node, as far as it matters for an application. */
  metrics(app: AppId): readonly NodeMetrics[] {
    const { metrics } = this.#observer;
    if (this.#mdm === undefined) return metrics;
    const qualities = this.#mdm.qualities(this.#cluster, app);
    return metrics.map((node, at) => ({ ...node, data: qualities[at] }));
  }

  /** What a recommendation counts in the objective of SWM; 0 where nobody recommends. */
  get recommendationWeight(): number {
    return this.#placements?.weight ?? 0;
  }

  /** By pod and by node: how much it is recommended; empty where nobody recommends. */
  recommendations(pods: readonly Pod[]): readonly (readonly number[])[] {
    const placements = this.#placements;
    return placements === undefined ? [] : pods.map(({ service }) => placements.recommendations(service));
  }

  /** Age of the oldest of what costs by a profile are worked out from, ns. */
  ageNs({ freshness = 0, compliance = 0, portability = 0 }: SwmSettings['profile']): number {
    const weighsData = freshness + compliance + portability > 0;
    return Math.max(this.#observer.ageNs, weighsData ? (this.#mdm?.ageNs(this.#cluster) ?? 0) : 0);
  }
}
