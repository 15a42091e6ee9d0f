import { writeFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { join } from 'node:path'
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  IoTClient,
} from '@aws-sdk/client-iot'
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane'
import { IoTJobsDataPlaneClient } from '@aws-sdk/client-iot-jobs-data-plane'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Place } from './hub.ts'

/** The official clients of AWS IoT's three planes, all pointed at one hub. */
export interface AwsClients {
  iot: IoTClient
  jobsData: IoTJobsDataPlaneClient
  data: IoTDataPlaneClient
  destroy(): void
}

/** Only the endpoint and the CA differ from what one would write for the cloud. */
export function awsClients({ endpoints, ca }: Place, scheme: 'http' | 'https' = 'http'): AwsClients {
  const httpsAgent = new Agent({ ca, keepAlive: true })
  const config = {
    endpoint: scheme === 'http' ? `http://localhost:${endpoints.http}` : `https://localhost:${endpoints.https}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ httpsAgent, connectionTimeout: 5000, requestTimeout: 10_000 }),
  }
  const iot = new IoTClient(config)
  const jobsData = new IoTJobsDataPlaneClient(config)
  const data = new IoTDataPlaneClient(config)
  return {
    iot,
    jobsData,
    data,
    destroy: () => {
      for (const client of [iot, jobsData, data]) client.destroy()
      httpsAgent.destroy()
    },
  }
}

/** What a device needs to show who it is: paths for device SDKs, PEM for the others. */
export interface DeviceFiles {
  thing: string
  thingArn: string
  certificateArn: string
  certificateId: string
  certPath: string
  keyPath: string
  caPath: string
  cert: string
  key: string
}

/**
 * Registers a thing with a certificate of its own, as one does for the cloud; with a policy, it may only what that
 * says.
 */
export async function makeDevice(
  { endpoints, folder }: Place,
  { iot }: AwsClients,
  thing: string,
  policy?: object,
): Promise<DeviceFiles> {
  const { thingArn } = await iot.send(new CreateThingCommand({ thingName: thing }))
  const { certificateArn, certificateId, certificatePem, keyPair } = await iot.send(
    new CreateKeysAndCertificateCommand({ setAsActive: true }),
  )
  await iot.send(new AttachThingPrincipalCommand({ thingName: thing, principal: certificateArn! }))
  if (policy !== undefined) {
    await iot.send(
      new CreatePolicyCommand({ policyName: `policy-of-${thing}`, policyDocument: JSON.stringify(policy) }),
    )
    await iot.send(new AttachPolicyCommand({ policyName: `policy-of-${thing}`, target: certificateArn! }))
  }
  const certPath = join(folder, `${thing}.cert.pem`)
  const keyPath = join(folder, `${thing}.key.pem`)
  await Promise.all([writeFile(certPath, certificatePem!), writeFile(keyPath, keyPair!.PrivateKey!, { mode: 0o600 })])
  return {
    thing,
    thingArn: thingArn!,
    certificateArn: certificateArn!,
    certificateId: certificateId!,
    certPath,
    keyPath,
    caPath: endpoints.ca,
    cert: certificatePem!,
    key: keyPair!.PrivateKey!,
  }
}
