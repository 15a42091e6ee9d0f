import { connectAsync, type MqttClient } from 'mqtt'

/**
 * A bare MQTT client that uses a topic of the thing of its name, and so is that thing; on that topic nothing comes
 * unasked.
 */
export async function connectDevice(port: number, thing: string): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: thing, reconnectPeriod: 0 })
  await client.subscribeAsync(`$aws/things/${thing}/shadow/get/rejected`)
  return client
}
