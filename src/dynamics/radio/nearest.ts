import { distance, type AccessPoint, type AccessPointId, type Point } from '../../model/index.ts';

/**
 * The access point that a user at `position` attaches to: the nearest one whose range reaches that far, the first of
 * the scenario's where several are equally near.
 * @returns undefined where none reaches: a coverage hole
 */
export function nearestAccessPoint(accessPoints: readonly AccessPoint[], position: Point): AccessPointId | undefined {
  let nearest: AccessPointId | undefined;
  let nearestM = Infinity;
  for (const [index, accessPoint] of accessPoints.entries()) {
    const distanceM = distance(accessPoint.position, position);
    if (distanceM <= accessPoint.rangeM && distanceM < nearestM) {
      nearest = index as AccessPointId;
      nearestM = distanceM;
    }
  }
  return nearest;
}
