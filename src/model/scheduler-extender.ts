import type { Static } from '@sinclair/typebox';
import { flag, listOf, object, optional, text, whole } from './fields.ts';

/**
 * A program that kube-scheduler asks over HTTP, as its configuration file has it.
 * Source: k8s.io/kube-scheduler/config/v1/types.go `Extender`.
 */
export const schedulerExtender = object(
  {
    urlPrefix: text({
      description: 'Where it listens, on this machine: verbs are appended to it.',
      pattern: '^https?://(localhost|127(\\.[0-9]{1,3}){3}|\\[::1\\])(:[0-9]{1,5})?(/[^?#]*)?$',
      expects: 'a URL of this machine such as http://127.0.0.1:8888/scheduler: a scenario sends nothing elsewhere',
    }),
    filterVerb: optional(text({ description: 'Asked which of the nodes that the filters passed can take the pod.' })),
    prioritizeVerb: optional(text({ description: 'Asked for scores from 0 to 10.' })),
    bindVerb: optional(text({ description: 'Told to bind the pod, in place of the scheduler.' })),
    preemptVerb: optional(
      text({ description: 'Asked which pods may be evicted where, when evicting pods would make room.' }),
    ),
    weight: optional(
      whole({ description: 'Factor of its scores, required with prioritizeVerb.', minimum: 0, maximum: 2_147_483_647 }),
    ),
    enableHTTPS: optional(flag({ description: 'Read, and without effect here: the URL says it.' })),
    tlsConfig: optional(
      object(
        { insecure: optional(flag({ description: 'Whether its certificate is not checked.' })) },
        {
          description: 'How an https URL is checked; a certificate is not where this is absent, as in kube-scheduler.',
        },
      ),
    ),
    httpTimeout: optional(
      text({
        description: 'How long to wait for an answer, in wall time; 5s where absent or 0.',
        pattern: '^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$',
        expects: 'a duration such as 5s or 100ms',
      }),
    ),
    nodeCacheCapable: optional(flag({ description: 'Whether it is sent names of nodes in place of whole nodes.' })),
    managedResources: optional(
      listOf(
        object(
          {
            name: text({ description: 'An extended resource.' }),
            ignoredByScheduler: optional(
              flag({ description: 'Whether the scheduler itself passes over it when it filters.' }),
            ),
          },
          { description: 'A resource that it manages.' },
        ),
        { description: 'It is asked about pods that want one of these; about all where there are none.' },
      ),
    ),
    ignorable: optional(flag({ description: 'Whether scheduling goes on without it where it cannot be asked.' })),
  },
  { description: 'A program that is asked over HTTP.' },
);

export type PublishedExtender = Static<typeof schedulerExtender>;
