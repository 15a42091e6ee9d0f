import type { Dialect } from '../dialect/dialect.ts'
import { dialects } from '../dialect/registry.ts'
import type { DialectView } from '../shared/api.ts'

/** A cloud, as far as people's choices depend on it. */
export const dialectView = ({ name, title, jobs, enrolment, services, actions = [], query }: Dialect): DialectView => ({
  name,
  title,
  kinds: jobs.kinds.map(({ options = [], ...kind }) => ({ ...kind, options: [...options] })),
  ...(query !== undefined && { query: { title: query.title, example: query.example } }),
  actions: actions.map(({ id, title, input }) => ({ id, title, input: [...input] })),
  services: services !== undefined,
  deviceName: enrolment.names,
  jobName: jobs.names,
})

/** The clouds that a hub of this program speaks, for who has none running. */
export const dialectViews = (): DialectView[] => dialects.map(dialectView)

/** A device that each cloud may have, as the command line names it: cloud and name. */
export const exampleDevices = (): string[] =>
  dialects.map(({ name, enrolment }) => `${name} ${enrolment.names.example}`)
