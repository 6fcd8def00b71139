import type { Taint } from '../../../model/index.ts';
import { filterEach, type Plugin, type Rejection } from '../plugin.ts';
import { tolerates } from '../tolerations.ts';

const NAME = 'NodeUnschedulable';
const TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const REFUSAL: Rejection = { plugin: NAME, resolvable: false, reasons: ['node(s) were unschedulable'] };

/**
 * Keeps pods off nodes that are cordoned, unless they tolerate the taint that stands for it.
 * Source: pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go.
 */
export const nodeUnschedulable: Plugin = {
  name: NAME,
  filter: filterEach(({ pod, cache }, slot) =>
    cache.nodeAt(slot).unschedulable && !pod.kind.tolerations.some((toleration) => tolerates(toleration, TAINT))
      ? REFUSAL
      : undefined,
  ),
};
