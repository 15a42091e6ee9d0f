import type { ServiceEnrolment } from '../../service-kit.ts'
import { LOCAL_CALLER } from '../wire/arns.ts'
import { accessKeys } from './access-keys.ts'

/** What AWS's SDKs and CLI read from their environment [aws 3.1]. */
export const services: ServiceEnrolment = {
  kit(ctx, caFile) {
    const { http, https, host: here, lan: host = here } = ctx.settings.endpoint
    const keys = accessKeys.list(ctx)
    const endpoint = `https://${host}:${https}`
    return {
      facts: [
        { label: 'Endpoint', value: endpoint },
        { label: 'Endpoint without TLS', value: `http://${host}:${http}` },
        { label: 'Region', value: LOCAL_CALLER.region },
        { label: 'CA certificate', value: caFile },
        ...keys.map(({ name, value, secret }) => ({
          label: name === 'AWS_ACCESS_KEY_ID' ? ('Access key ID' as const) : ('Secret access key' as const),
          value,
          ...(secret && { secret }),
        })),
      ],
      environment: [
        { name: 'AWS_ENDPOINT_URL', value: endpoint },
        { name: 'AWS_REGION', value: LOCAL_CALLER.region },
        { name: 'AWS_DEFAULT_REGION', value: LOCAL_CALLER.region },
        ...keys.map(({ name, value, secret }) => ({ name, value, ...(secret && { secret }) })),
        { name: 'AWS_CA_BUNDLE', value: caFile },
        { name: 'NODE_EXTRA_CA_CERTS', value: caFile },
      ],
    }
  },
}
