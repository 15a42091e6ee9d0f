import type { ServiceEnrolment } from '../../../../src/dialect/service-kit.ts'
import { keys } from './key.ts'

/** What a shop needs to manage toys: one line with all of it, and the same in its environment. */
export const services: ServiceEnrolment = {
  kit(ctx, caFile) {
    const { host, http } = ctx.settings.endpoint
    const [key] = keys.list(ctx)
    const line = `Server=http://${host}:${http};Key=${key!.value}`
    return {
      facts: [
        { label: 'CA certificate', value: caFile },
        { label: 'Connection string', value: line, secret: true },
      ],
      environment: [{ name: 'TOYLAND', value: line, secret: true }],
    }
  },
}
