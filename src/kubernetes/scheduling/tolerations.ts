import type { Taint, Toleration } from '../../model/index.ts';

/**
 * Whether a toleration covers a taint. Its operators Lt and Gt are alpha in Kubernetes 1.36, off by default, and match
 * nothing here either.
 * Source: k8s.io/api core/v1/toleration.go `ToleratesTaint`.
 */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    default:
      return false;
  }
}

/** Whether some taint that keeps pods off (NoSchedule or NoExecute) is not tolerated. */
export function hasUntoleratedTaint(taints: readonly Taint[], tolerations: readonly Toleration[]): boolean {
  for (const taint of taints) {
    if (taint.effect !== 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint)))
      return true;
  }
  return false;
}
