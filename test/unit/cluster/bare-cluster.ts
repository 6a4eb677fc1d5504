/** A cluster for tests that use only some of its parts: any use of the others fails. */
import type { Cluster } from '../../../src/cluster/cluster.js';

const absent = new Proxy(
  {},
  {
    get: () => {
      throw new Error('The test has given its cluster no such part');
    },
  },
) as never;

/** To be spread, with the parts that the test uses behind it. */
export const bareCluster: Cluster = {
  clusterName: absent,
  embedded: absent,
  celery: absent,
  caches: absent,
  resultLoader: absent,
  subscriptions: absent,
  delayedInvalidations: absent,
  warmUp: absent,
};
