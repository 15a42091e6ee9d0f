"""A device on AWSIoTPythonSDK, unmodified: takes the pending job, reports on it, and keeps a shadow. Prints what it hears as JSON lines."""
import argparse
import json
import queue
import socket
import sys

from AWSIoTPythonSDK.core.jobs.thingJobManager import jobExecutionStatus, jobExecutionTopicReplyType, jobExecutionTopicType
from AWSIoTPythonSDK.MQTTLib import AWSIoTMQTTClient, AWSIoTMQTTShadowClient, AWSIoTMQTTThingJobsClient

PATIENCE = 20

arguments = argparse.ArgumentParser()
for name in ("host", "ca", "thing"):
    arguments.add_argument(f"--{name}", required=True)
arguments.add_argument("--port", type=int, required=True)
arguments.add_argument("--cert")
arguments.add_argument("--key")
arguments.add_argument("--websocket", action="store_true")
given = arguments.parse_args()


# Over WebSocket this SDK takes none but the cloud's host names, from which it reads the region. A line in the
# hosts file leads such a name here; this is that line, for this process alone.
CLOUD = "local-ats.iot.us-east-1.amazonaws.com"
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve(given.host if host == CLOUD else host, *rest, **more)


def say(event, value):
    print(json.dumps({"event": event, "value": value}), flush=True)


def configure(client):
    client.configureEndpoint(CLOUD if given.websocket else given.host, given.port)
    if given.websocket:
        client.configureCredentials(given.ca)
        client.configureIAMCredentials("AKIALOCAL", "local-secret", "")
    else:
        client.configureCredentials(given.ca, given.key, given.cert)


def next_of(answers, what):
    try:
        return json.loads(answers.get(timeout=PATIENCE))
    except queue.Empty:
        sys.exit(f"no answer to {what} within {PATIENCE} s")


def work(client_id):
    jobs = AWSIoTMQTTThingJobsClient(client_id, given.thing, QoS=1, useWebsocket=given.websocket)
    mqtt = jobs.getMQTTConnection()
    configure(mqtt)
    mqtt.configureConnectDisconnectTimeout(10)
    mqtt.configureMQTTOperationTimeout(5)
    if not jobs.connect():
        sys.exit("the SDK did not connect")

    started, updated, described = queue.Queue(), queue.Queue(), queue.Queue()
    accepted = jobExecutionTopicReplyType.JOB_ACCEPTED_REPLY_TYPE
    rejected = jobExecutionTopicReplyType.JOB_REJECTED_REPLY_TYPE

    def listen(answers, topic, *job):
        for reply in (accepted, rejected):
            jobs.createJobSubscription(lambda _client, _user, message: answers.put(message.payload), topic, reply, *job)

    listen(started, jobExecutionTopicType.JOB_START_NEXT_TOPIC)
    listen(updated, jobExecutionTopicType.JOB_UPDATE_TOPIC, "+")
    listen(described, jobExecutionTopicType.JOB_DESCRIBE_TOPIC, "+")

    jobs.sendJobsStartNext(statusDetails={"phase": "begun"})
    execution = next_of(started, "StartNext")["execution"]
    say("started", {name: execution[name] for name in ("jobId", "status", "jobDocument", "executionNumber", "versionNumber")})

    # This SDK sends every scalar as a text: "expectedVersion": "2", "includeJobExecutionState": "True".
    version = execution["versionNumber"]
    jobs.sendJobsUpdate(execution["jobId"], jobExecutionStatus.JOB_EXECUTION_IN_PROGRESS, {"progress": "50"}, version, execution["executionNumber"], True, True)
    say("progress", next_of(updated, "the first update"))
    jobs.sendJobsUpdate(execution["jobId"], jobExecutionStatus.JOB_EXECUTION_SUCCEEDED, {"log": "line one\nline two\t."}, version + 1)
    say("succeeded", next_of(updated, "the last update"))
    jobs.sendJobsDescribe("$next")
    say("next", next_of(described, "DescribeJobExecution of $next"))
    jobs.sendJobsStartNext()
    say("nothing", next_of(started, "StartNext with nothing pending"))
    jobs.disconnect()


def keep_shadow(client_id):
    client = AWSIoTMQTTShadowClient(client_id, useWebsocket=given.websocket)
    configure(client)
    client.configureConnectDisconnectTimeout(10)
    client.configureMQTTOperationTimeout(5)
    if not client.connect():
        sys.exit("the SDK did not connect its shadow client")
    shadow = client.createShadowHandlerWithName(given.thing, True)
    answers, deltas = queue.Queue(), queue.Queue()

    def answered(payload, status, _token):
        answers.put(json.dumps({"status": status, "payload": payload}))

    shadow.shadowRegisterDeltaCallback(lambda payload, status, _token: deltas.put(payload))
    shadow.shadowUpdate(json.dumps({"state": {"reported": {"mode": 1}}}), answered, 5)
    say("shadow updated", next_of(answers, "the shadow update"))
    desire({"mode": 23})
    say("delta", next_of(deltas, "the delta"))
    shadow.shadowGet(answered, 5)
    say("shadow", next_of(answers, "the shadow get"))
    client.disconnect()


def desire(state):
    """As an application would, on a connection of its own: this SDK passes over a delta of the version it has just made itself."""
    application = AWSIoTMQTTClient(f"{given.thing}-application", useWebsocket=given.websocket)
    configure(application)
    application.connect()
    application.publish(f"$aws/things/{given.thing}/shadow/update", json.dumps({"state": {"desired": state}}), 1)
    application.disconnect()


work(f"{given.thing}-jobs")
keep_shadow(f"{given.thing}-shadow")
