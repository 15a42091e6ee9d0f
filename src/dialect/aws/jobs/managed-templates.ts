import { invalid } from '../../../core/errors.ts'
import type { Route } from '../../dialect.ts'
import { callerOf, parseArn } from '../wire/arns.ts'
import { resourceNotFound } from '../wire/errors.ts'
import { checkShape } from '../wire/constraints.ts'
import { paginate } from '../wire/pagination.ts'
import { operation, queryOf, type Call } from '../wire/route.ts'
import { LIST_MANAGED } from './model.ts'
import { say } from '../../../core/said.ts'

/** What a person who makes a job from a managed template may or must say. */
interface DocumentParameter {
  key: string
  description: string
  regex: string
  example: string
  optional: boolean
}

export interface ManagedTemplate {
  name: string
  description: string
  document: string
  documentParameters: readonly DocumentParameter[]
}

/** [aws 3.11] All of them are of this version, and for this environment. */
const VERSION = '1.0'
const ENVIRONMENTS = ['LINUX']

const parameter = (key: string, optional: boolean, description: string, example: string): DocumentParameter => ({
  key,
  description,
  regex: '(.*?)',
  example,
  optional,
})

const runAsUser = parameter(
  'runAsUser',
  true,
  'The user that the handler is run as; the agent’s own if empty.',
  'user1',
)
const pathToHandler = parameter(
  'pathToHandler',
  true,
  'The folder of the handlers on the device.',
  '/home/user/.aws-iot-device-client/jobs',
)
const services = parameter('services', false, 'The services, separated by commas.', 'myapplication.service, nginx')
const packages = parameter('packages', false, 'The packages, separated by commas.', 'apache2, git')

const place = (key: string): string => `\${aws:iot:parameter:${key}}`

/** A template whose work a script on the device does. */
function handled(action: string, handler: string, description: string, ...needs: DocumentParameter[]): ManagedTemplate {
  const args = needs.map(({ key }) => place(key))
  const input = { handler, ...(args.length > 0 && { args }), path: place('pathToHandler') }
  return {
    name: `AWS-${action}`,
    description,
    document: documentOf({ name: action, type: 'runHandler', input, runAsUser: place('runAsUser') }),
    documentParameters: [...needs, runAsUser, pathToHandler],
  }
}

const documentOf = (action: object): string => JSON.stringify({ version: VERSION, steps: [{ action }] })

const command = parameter(
  'command',
  false,
  'The command and its arguments, separated by commas; \\, is a comma.',
  'sudo, systemctl, restart, nginx',
)

/** [aws 3.11] */
const MANAGED: readonly ManagedTemplate[] = [
  handled(
    'Download-File',
    'download-file.sh',
    'Downloads a file to the device.',
    parameter(
      'downloadUrl',
      false,
      'Where the file is to be had.',
      '${aws:iot:s3-presigned-url:https://s3.us-east-1.amazonaws.com/bucket/file}',
    ),
    parameter('filePath', false, 'Where the file goes on the device.', '/home/user/file'),
  ),
  handled('Install-Application', 'install-packages.sh', 'Installs applications.', packages),
  handled('Reboot', 'reboot.sh', 'Reboots the device.'),
  handled('Remove-Application', 'remove-packages.sh', 'Removes applications.', packages),
  handled('Restart-Application', 'restart-services.sh', 'Restarts services.', services),
  {
    name: 'AWS-Run-Command',
    description: 'Runs a command.',
    document: documentOf({
      name: 'Run-Command',
      type: 'runCommand',
      input: { command: place('command') },
      runAsUser: place('runAsUser'),
    }),
    documentParameters: [command, runAsUser],
  },
  handled('Start-Application', 'start-services.sh', 'Starts services.', services),
  handled('Stop-Application', 'stop-services.sh', 'Stops services.', services),
]

/** The managed template behind the name in an ARN, `AWS-Reboot:1.0`, if there is one. */
export function managedTemplate(nameAndVersion: string): ManagedTemplate | undefined {
  const [name, version, ...more] = nameAndVersion.split(':')
  return version === VERSION && more.length === 0 ? MANAGED.find((template) => template.name === name) : undefined
}

/** Whether the ARN is that of one of AWS's own templates, which belong to no account. */
export const isManaged = (jobTemplateArn: string): boolean => parseArn(jobTemplateArn)?.account === ''

/** Holds what a request says to what the template asks for. INVALID for what is missing or unknown to it. */
export function checkParameters({ name, documentParameters }: ManagedTemplate, given: Record<string, string>): void {
  const missing = documentParameters.find(({ key, optional }) => !optional && !Object.hasOwn(given, key))
  if (missing !== undefined) throw invalid(`documentParameters.${missing.key}`, undefined, say`is required by ${name}`)
  const strange = Object.keys(given).find((key) => documentParameters.every((known) => known.key !== key))
  if (strange !== undefined)
    throw invalid(`documentParameters.${strange}`, given[strange], say`is no parameter of ${name}`)
}

/** AWS's own job templates [aws 3.11]. */
export const managedTemplateRoutes: Route[] = [
  operation('ListManagedJobTemplates', 'GET', '/managed-job-templates', (call) => {
    const templateName = queryOf(call.request, { templateName: 'text' }).text('templateName')
    checkShape(LIST_MANAGED, { templateName })
    const wanted = MANAGED.filter(({ name }) => templateName === undefined || name === templateName)
    const { items, next } = paginate(call.request, wanted, ({ name }) => name)
    return {
      managedJobTemplates: items.map((each) => summary(call, each)),
      ...(next !== undefined && { nextToken: next }),
    }
  }),
  operation('DescribeManagedJobTemplate', 'GET', '/managed-job-templates/:name', (call) => {
    const { name = '' } = call.params
    const version = queryOf(call.request, { templateVersion: 'text' }).text('templateVersion') ?? VERSION
    checkShape(LIST_MANAGED, { templateName: name })
    const template = managedTemplate(`${name}:${version}`)
    if (template === undefined)
      throw resourceNotFound(`Managed Job Template ${name} of version ${version} cannot be found.`)
    const { documentParameters, document } = template
    return { ...summary(call, template), documentParameters, document }
  }),
]

const summary = ({ request }: Call, { name, description }: ManagedTemplate): object => ({
  templateArn: `arn:aws:iot:${callerOf(request).region}::jobtemplate/${name}:${VERSION}`,
  templateName: name,
  description,
  environments: ENVIRONMENTS,
  templateVersion: VERSION,
})
