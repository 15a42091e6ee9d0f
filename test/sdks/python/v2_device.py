"""A device on awsiotsdk (MQTT 3.1.1), unmodified: certificate or WebSocket, jobs and shadow. Prints what it hears as JSON lines."""
import argparse
import json
import queue
import sys

from awscrt import auth, mqtt
from awsiot import iotjobs, iotshadow, mqtt_connection_builder

PATIENCE = 20

arguments = argparse.ArgumentParser()
for name in ("host", "ca", "thing"):
    arguments.add_argument(f"--{name}", required=True)
arguments.add_argument("--port", type=int, required=True)
arguments.add_argument("--cert")
arguments.add_argument("--key")
arguments.add_argument("--websocket", action="store_true")
given = arguments.parse_args()


def say(event, value):
    print(json.dumps({"event": event, "value": value}), flush=True)


def connection():
    common = {"endpoint": given.host, "port": given.port, "ca_filepath": given.ca, "client_id": given.thing, "clean_session": True}
    if given.websocket:
        provider = auth.AwsCredentialsProvider.new_static("AKIALOCAL", "local-secret")
        return mqtt_connection_builder.websockets_with_default_aws_signing(region="us-east-1", credentials_provider=provider, **common)
    return mqtt_connection_builder.mtls_from_path(cert_filepath=given.cert, pri_key_filepath=given.key, **common)


def next_of(answers, what):
    try:
        answer = answers.get(timeout=PATIENCE)
    except queue.Empty:
        sys.exit(f"no answer to {what} within {PATIENCE} s")
    if isinstance(answer, (iotjobs.RejectedError, iotshadow.ErrorResponse)):
        sys.exit(f"{what} was rejected: {vars(answer)}")
    return answer


def work(link):
    client = iotjobs.IotJobsClient(link)
    started, updated = queue.Queue(), queue.Queue()
    thing = {"thing_name": given.thing}
    every = {"qos": mqtt.QoS.AT_LEAST_ONCE}
    for subscribe, request in (
        (client.subscribe_to_start_next_pending_job_execution_accepted, iotjobs.StartNextPendingJobExecutionSubscriptionRequest(**thing)),
        (client.subscribe_to_start_next_pending_job_execution_rejected, iotjobs.StartNextPendingJobExecutionSubscriptionRequest(**thing)),
    ):
        subscribe(request=request, callback=started.put, **every)[0].result(PATIENCE)
    for subscribe in (client.subscribe_to_update_job_execution_accepted, client.subscribe_to_update_job_execution_rejected):
        request = iotjobs.UpdateJobExecutionSubscriptionRequest(job_id="+", **thing)
        subscribe(request=request, callback=updated.put, **every)[0].result(PATIENCE)

    start = iotjobs.StartNextPendingJobExecutionRequest(**thing)
    client.publish_start_next_pending_job_execution(start, mqtt.QoS.AT_LEAST_ONCE).result(PATIENCE)
    execution = next_of(started, "StartNext").execution
    say("started", {"jobId": execution.job_id, "status": execution.status, "jobDocument": execution.job_document})
    for status, details in ((iotjobs.JobStatus.IN_PROGRESS, {"progress": "50"}), (iotjobs.JobStatus.SUCCEEDED, {"progress": "100"})):
        request = iotjobs.UpdateJobExecutionRequest(job_id=execution.job_id, status=status, status_details=details, **thing)
        client.publish_update_job_execution(request, mqtt.QoS.AT_LEAST_ONCE).result(PATIENCE)
        next_of(updated, f"the update to {status}")
        say("updated", status)
    client.publish_start_next_pending_job_execution(start, mqtt.QoS.AT_LEAST_ONCE).result(PATIENCE)
    # Its parser makes an execution of whatever is there, so nothing pending must be no member at all.
    say("nothing", {"execution": next_of(started, "StartNext with nothing pending").execution is not None})


def keep_shadow(link):
    client = iotshadow.IotShadowClient(link)
    answers, deltas = queue.Queue(), queue.Queue()
    thing = {"thing_name": given.thing}
    every = {"qos": mqtt.QoS.AT_LEAST_ONCE}
    for subscribe in (client.subscribe_to_update_shadow_accepted, client.subscribe_to_update_shadow_rejected):
        subscribe(request=iotshadow.UpdateShadowSubscriptionRequest(**thing), callback=answers.put, **every)[0].result(PATIENCE)
    delta = iotshadow.ShadowDeltaUpdatedSubscriptionRequest(**thing)
    client.subscribe_to_shadow_delta_updated_events(request=delta, callback=deltas.put, **every)[0].result(PATIENCE)
    state = iotshadow.ShadowState(desired={"mode": 23}, reported={"mode": 1})
    client.publish_update_shadow(iotshadow.UpdateShadowRequest(state=state, **thing), mqtt.QoS.AT_LEAST_ONCE).result(PATIENCE)
    say("shadow updated", next_of(answers, "the shadow update").version)
    say("delta", next_of(deltas, "the delta").state)


link = connection()
link.connect().result(PATIENCE)
work(link)
keep_shadow(link)
link.disconnect().result(PATIENCE)
