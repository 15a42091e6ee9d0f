import { HubError } from '../core/errors.ts'
import type { HttpRequest } from '../core/seam/http.ts'
import type { ConnectRequest, ConnectVerdict } from '../core/seam/mqtt.ts'
import type { Credential, NotGiven, Sight } from '../dialect/credential.ts'
import type { Context, HttpFront, MqttFront, Params, Route } from '../dialect/dialect.ts'
import { isOwnOrigin, pageFault, type Knock, type PageFault } from '../http/origin.ts'
import { bearsToken } from '../http/token.ts'
import { say } from '../core/said.ts'

/** What is known of who comes, whatever he says of himself. */
export interface Visitor {
  /** The socket's other end is this machine: a loopback address. */
  local: boolean
  /** A request that bears the hub's own token. */
  operator?: true
}

/** Headers by which a request is told from others, lower-case names. */
type Headers = Readonly<Record<string, string | undefined>>

/**
 * Decides who may come in at all. Everything passes here, below dialects and routes: every request and every upgrade
 * (`page`), every request to the hub's own API (`api`), every request to a cloud (`admitRequest`), every CONNECT
 * (`admitClient`), and every session of another protocol (`refusalOf`).
 *
 * | who | from this machine | from elsewhere |
 * |---|---|---|
 * | a web page from elsewhere, or a name that is not the hub's | nothing | nothing |
 * | with the hub's token | all of HTTP | all of HTTP |
 * | with a credential that the hub gave out | what the dialect lets it | what the dialect lets it |
 * | anybody else | what the dialect lets it: in open mode a lot | nothing |
 */
export interface AccessControl {
  page(knock: Knock): PageFault | undefined
  /** Throws FORBIDDEN or UNAUTHORIZED. */
  api(headers: Headers): void
  isOperator(headers: Headers): boolean
}

/** `hosts`: names, besides addresses and `localhost`, by which the hub may be asked. */
export const createAccess = ({ hosts, token }: { hosts: readonly string[]; token: string }): AccessControl => ({
  page: (knock) => pageFault(knock, hosts),
  // A token may leak into a page; therefore no page but our own may even try one.
  api({ origin, authorization }) {
    if (!isOwnOrigin(origin))
      throw new HubError(
        'FORBIDDEN',
        say`Origin ${origin ?? ''}: only pages of this machine and VS Code may call the hub`,
      )
    if (!bearsToken(authorization, token)) {
      throw new HubError('UNAUTHORIZED', "Send the hub's token: Authorization: Bearer <content of the token file>")
    }
  },
  isOperator: ({ authorization }) => authorization !== undefined && bearsToken(authorization, token),
})

/**
 * Why a visitor to a cloud may not come in; `undefined`: what he may do is for the dialect to say. The credential is
 * judged only where it counts.
 */
export function refusalOf({ local, operator }: Visitor, credential: () => Credential): NotGiven | undefined {
  if (local || operator === true) return undefined
  const shown = credential()
  return shown.given ? undefined : shown
}

/** A request from elsewhere than this machine without a credential that the hub gave out. */
export class Refused extends HubError {
  constructor(readonly refusal: NotGiven) {
    super('UNAUTHORIZED', refusal.why)
  }
}

/** The one way to a route. Throws `Refused`, or what the dialect says to who may not do that. */
export function admitRequest(
  http: HttpFront,
  route: Route,
  ctx: Context & Sight,
  request: HttpRequest,
  params: Params,
): void {
  const shown = (): Credential =>
    route.credential === undefined ? http.credential(ctx, request) : route.credential(ctx, request, params)
  const refusal = refusalOf(request, shown)
  if (refusal !== undefined) throw new Refused(refusal)
  route.authorize?.(ctx, request, params)
}

const NOT_AUTHORIZED = 5

/** The one way to a connection. */
export function admitClient(mqtt: MqttFront, ctx: Context & Sight, request: ConnectRequest): ConnectVerdict {
  const refusal = refusalOf(request, () => mqtt.credential(ctx, request))
  if (refusal === undefined) return mqtt.authenticate(ctx, request)
  const { why, returnCode = NOT_AUTHORIZED, drop } = refusal
  return { accept: false, reason: why, returnCode, ...(drop === true && { drop: true }) }
}
