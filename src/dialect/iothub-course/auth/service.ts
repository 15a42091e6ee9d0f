import type { ServiceEnrolment } from '../../service-kit.ts'
import { signToken } from './jwt.ts'
import { tokenKey } from './token-key.ts'

/** How long the token of a kit lets in; seconds. */
const TOKEN_LIFE = 30 * 24 * 3600

/**
 * The address of the course's API, and what lets an application in from another machine: a token, or the key by which
 * it signs its own [iothub 2, 7].
 */
export const services: ServiceEnrolment = {
  kit(ctx, caFile) {
    const { http, https, mqtt, host: here, lan: host = here } = ctx.settings.endpoint
    const issuedAt = Math.floor(ctx.now / 1000)
    const key = tokenKey(ctx)
    const token = signToken(key, 'service', issuedAt + TOKEN_LIFE, issuedAt)
    const url = `http://${host}:${http}`
    return {
      facts: [
        { label: 'API', value: url },
        { label: 'API over TLS', value: `https://${host}:${https}` },
        { label: 'MQTT broker', value: `mqtt://${host}:${mqtt}` },
        { label: 'CA certificate', value: caFile },
        { label: 'Token, for 30 days', value: token, secret: true },
        { label: 'Key of tokens', value: key, secret: true },
      ],
      environment: [
        { name: 'IOTHUB_API_URL', value: url },
        { name: 'IOTHUB_API_TOKEN', value: token, secret: true },
        { name: 'JWT_SECRET', value: key, secret: true },
        { name: 'NODE_EXTRA_CA_CERTS', value: caFile },
      ],
    }
  },
}
