import type { ConnectionKit, Snippet } from '../../dialect.ts'

/** What the code needs to know. */
export interface KitFacts {
  host: string
  /** How the hub's own machine reaches it. */
  here: string
  mqtts: number
  http: number
  https: number
  thing: string
  thingArn: string
  /** PEM. */
  certificate: string
  privateKey: string
  ca: string
}

/** What AWS's own tutorials call these files. */
export const CERTIFICATE_FILE = 'device.pem.crt'
export const KEY_FILE = 'private.pem.key'
export const CA_FILE = 'ca.pem'

/** What code there is. */
export const SNIPPETS = [
  { id: 'node', title: 'Node.js: aws-iot-device-sdk-v2', language: 'javascript', file: 'device.mjs' },
  { id: 'python', title: 'Python: awsiotsdk', language: 'python', file: 'device.py' },
  { id: 'c', title: 'C header', language: 'c', file: 'aws_iot_device.h', secret: true },
  { id: 'mosquitto', title: 'mosquitto_sub, mosquitto_pub', language: 'shellscript', file: 'mosquitto.sh' },
  { id: 'operator', title: 'curl and AWS CLI', language: 'shellscript', file: 'operator.sh' },
] as const satisfies Omit<Snippet, 'code'>[]

/** Code that connects as this thing, with the files of the kit beside it. */
export function snippetsFor(facts: KitFacts): ConnectionKit['snippets'] {
  const code = { node, python, c: header, mosquitto, operator }
  return SNIPPETS.map((snippet) => ({ ...snippet, code: code[snippet.id](facts) }))
}

const node = ({ host, mqtts, thing }: KitFacts): string => `// npm install aws-iot-device-sdk-v2
// Save as device.mjs beside the files and run: node device.mjs
import { iot, iotjobs, mqtt } from 'aws-iot-device-sdk-v2'

const thingName = '${thing}'
const config = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder_from_path('${CERTIFICATE_FILE}', '${KEY_FILE}')
  .with_certificate_authority_from_path(undefined, '${CA_FILE}')
  .with_endpoint('${host}')
  .with_port(${mqtts})
  .with_client_id(thingName)
  .with_clean_session(false)
  .build()
const connection = new mqtt.MqttClient().new_connection(config)
await connection.connect()
console.log('connected')

const jobs = new iotjobs.IotJobsClient(connection)
const qos = mqtt.QoS.AtLeastOnce
await jobs.subscribeToNextJobExecutionChangedEvents({ thingName }, qos, (error, next) => run(next?.execution))
await jobs.subscribeToDescribeJobExecutionAccepted({ thingName, jobId: '$next' }, qos, (error, response) => run(response?.execution))
await jobs.publishDescribeJobExecution({ thingName, jobId: '$next' }, qos)

async function run(execution) {
  if (!execution?.jobId) return
  console.log('job', execution.jobId, execution.jobDocument)
  await jobs.publishUpdateJobExecution({ thingName, jobId: execution.jobId, status: 'IN_PROGRESS' }, qos)
  // Do the work here.
  await jobs.publishUpdateJobExecution({ thingName, jobId: execution.jobId, status: 'SUCCEEDED' }, qos)
}
`

const python = ({ host, mqtts, thing }: KitFacts): string => `# pip install awsiotsdk
# Save as device.py beside the files and run: python device.py
import threading

from awscrt import mqtt
from awsiot import iotjobs, mqtt_connection_builder

THING = "${thing}"
QOS = mqtt.QoS.AT_LEAST_ONCE

connection = mqtt_connection_builder.mtls_from_path(
    endpoint="${host}",
    port=${mqtts},
    cert_filepath="${CERTIFICATE_FILE}",
    pri_key_filepath="${KEY_FILE}",
    ca_filepath="${CA_FILE}",
    client_id=THING,
    clean_session=False,
)
connection.connect().result()
print("connected", flush=True)
jobs = iotjobs.IotJobsClient(connection)


def run(execution):
    if execution is None or execution.job_id is None:
        return
    print("job", execution.job_id, execution.job_document, flush=True)
    report(execution.job_id, iotjobs.JobStatus.IN_PROGRESS)
    # Do the work here; not for long, since this is the network thread.
    report(execution.job_id, iotjobs.JobStatus.SUCCEEDED)


def report(job_id, status):
    jobs.publish_update_job_execution(iotjobs.UpdateJobExecutionRequest(thing_name=THING, job_id=job_id, status=status), QOS)


subscribed, _ = jobs.subscribe_to_next_job_execution_changed_events(
    iotjobs.NextJobExecutionChangedSubscriptionRequest(thing_name=THING), QOS, lambda event: run(event.execution)
)
subscribed.result()
subscribed, _ = jobs.subscribe_to_describe_job_execution_accepted(
    iotjobs.DescribeJobExecutionSubscriptionRequest(thing_name=THING, job_id="$next"), QOS, lambda answer: run(answer.execution)
)
subscribed.result()
jobs.publish_describe_job_execution(iotjobs.DescribeJobExecutionRequest(thing_name=THING, job_id="$next"), QOS).result()
threading.Event().wait()
`

const header = ({
  host,
  mqtts,
  thing,
  certificate,
  privateKey,
  ca,
}: KitFacts): string => `/* Keep it out of version control: it holds the private key. */
#ifndef AWS_IOT_DEVICE_H
#define AWS_IOT_DEVICE_H

#define AWS_IOT_ENDPOINT "${host}"
#define AWS_MQTT_PORT ${mqtts}
#define THING_NAME "${thing}"
#define CLIENT_IDENTIFIER THING_NAME

#define ROOT_CA_CERT_PEM \\
${literal(ca)}

#define CLIENT_CERTIFICATE_PEM \\
${literal(certificate)}

#define CLIENT_PRIVATE_KEY_PEM \\
${literal(privateKey)}

#endif
`

/** A C string literal of many lines. */
const literal = (pem: string): string =>
  pem
    .trim()
    .split(/\r?\n/)
    .map((line) => `    "${line}\\n"`)
    .join(' \\\n')

const credentials = `--cafile ${CA_FILE} --cert ${CERTIFICATE_FILE} --key ${KEY_FILE}`

const mosquitto = ({ host, mqtts, thing }: KitFacts): string => `# One at a time: a client id stands for one connection.
mosquitto_sub -h ${host} -p ${mqtts} ${credentials} -i ${thing} -q 1 -v -t '$aws/things/${thing}/jobs/notify-next'
mosquitto_pub -h ${host} -p ${mqtts} ${credentials} -i ${thing} -q 1 -t '$aws/things/${thing}/shadow/update' -m '{"state":{"reported":{"on":true}}}'
`

const operator = ({
  host,
  here,
  http,
  https,
  thing,
  thingArn,
}: KitFacts): string => `# As the device: what it has to do.
curl --cacert ${CA_FILE} --cert ${CERTIFICATE_FILE} --key ${KEY_FILE} https://${host}:${https}/things/${thing}/jobs

# As the operator: on the hub's machine with any credentials, on others with those of: iot-hub keys
AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1 \\
  aws --endpoint-url http://${here}:${http} iot create-job --job-id try-1 --targets ${thingArn} --document '{"operation":"reboot"}'
`
