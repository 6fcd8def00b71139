import type { GovernanceNote } from './codeco/index.ts';
import type { Recorder } from './results/index.ts';

/** A row of something that governance did or found. */
export function appendGovernance(table: Recorder['tables']['governance'], timeNs: number, note: GovernanceNote): void {
  table.append({
    time_ns: timeNs,
    cluster: note.cluster ?? null,
    actor: note.actor,
    event: note.event,
    mode: note.mode ?? null,
    app: note.app ?? null,
    service: note.service ?? null,
    pod: note.pod ?? null,
    policy: note.policy ?? null,
    version: note.version ?? null,
    peer: note.peer ?? null,
    bytes: note.bytes ?? null,
    duration_ns: note.durationNs ?? null,
    detail: note.detail ?? null,
  });
}
