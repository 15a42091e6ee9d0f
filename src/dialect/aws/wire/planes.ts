import type { HttpRequest } from '../../../core/seam/http.ts'
import type { Route } from '../../dialect.ts'
import { credentialOf } from './credential-scope.ts'

/** AWS answers on three endpoints whose paths collide; here they share a port [aws 3.2]. */
export type Plane = 'control' | 'data' | 'jobs-data'

const BY_SERVICE: Readonly<Record<string, Plane>> = {
  iotdata: 'data',
  iotdevicegateway: 'data',
  'iot-jobs-data': 'jobs-data',
}

const DATA_PATH = /^\/(?:topics\/|retainedMessage(?:\/|$)|connections\/|api\/things\/shadow\/|things\/[^/]+\/shadow$)/
const JOB_QUEUE = /^\/things\/[^/]+\/jobs$/
const JOB_OF_THING = /^\/things\/[^/]+\/jobs\/([^/]+)$/

/**
 * The plane a request is for. The service in its credential scope decides, whatever unknown name it has counts as
 * control (older command lines sign with `execute-api`); without credentials the path does [aws 3.2].
 */
export function planeOf(request: HttpRequest): Plane {
  const service = credentialOf(request)?.service
  if (service !== undefined) return BY_SERVICE[service] ?? 'control'
  if (DATA_PATH.test(request.path)) return 'data'
  // A device with its certificate reaches the data planes only.
  if (request.certificate !== undefined) return 'jobs-data'
  return asksForJobsData(request) ? 'jobs-data' : 'control'
}

/** Routes of one plane: each is considered only for requests to that plane. */
export function onPlane(plane: Plane, routes: readonly Route[]): Route[] {
  return routes.map((route) => ({
    ...route,
    when: (request) => planeOf(request) === plane && (route.when === undefined || route.when(request)),
  }))
}

/** Reading a queue or an execution looks the same on both planes; only a device asks for the job document with it. */
function asksForJobsData({ method, path, query }: HttpRequest): boolean {
  const job = JOB_OF_THING.exec(path)?.[1]
  if (job === undefined) return JOB_QUEUE.test(path) && query.has('includeJobDocument')
  if (job === '$next' || job.toLowerCase() === '%24next' || method === 'POST') return true
  return method === 'GET' && query.has('includeJobDocument')
}
