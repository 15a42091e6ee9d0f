"""The operator's side on boto3, unmodified: makes a thing with a certificate and a job, reads everything back. Prints JSON lines."""
import argparse
import json
from pathlib import Path

import boto3

arguments = argparse.ArgumentParser()
for name in ("endpoint", "folder", "thing"):
    arguments.add_argument(f"--{name}", required=True)
given = arguments.parse_args()

session = boto3.Session(aws_access_key_id="AKIALOCAL", aws_secret_access_key="local-secret", region_name="us-east-1")
iot, data, jobs = (session.client(name, endpoint_url=given.endpoint) for name in ("iot", "iot-data", "iot-jobs-data"))


def say(event, value):
    print(json.dumps({"event": event, "value": value}, default=str), flush=True)


def refusal(call, **members):
    try:
        call(**members)
    except Exception as error:  # noqa: BLE001 - what it is called is what is asked
        return {"type": type(error).__name__, "message": error.response["Error"]["Message"], "status": error.response["ResponseMetadata"]["HTTPStatusCode"]}
    return None


thing = iot.create_thing(thingName=given.thing, attributePayload={"attributes": {"site": "hall-7"}})
keys = iot.create_keys_and_certificate(setAsActive=True)
folder = Path(given.folder)
(folder / "device.pem.crt").write_text(keys["certificatePem"])
(folder / "private.pem.key").write_text(keys["keyPair"]["PrivateKey"])
say("key", keys["keyPair"]["PrivateKey"].splitlines()[0])
iot.create_policy(
    policyName=f"{given.thing}-policy",
    policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}),
)
iot.attach_policy(policyName=f"{given.thing}-policy", target=keys["certificateArn"])
iot.attach_thing_principal(thingName=given.thing, principal=keys["certificateArn"])

document = '{"operation":"mode", "big":12345678901234567890, "ratio":1.0}'
iot.create_job(jobId=f"{given.thing}-job", targets=[thing["thingArn"]], document=document)
say("document", iot.get_job_document(jobId=f"{given.thing}-job")["document"])
say("job", {name: iot.describe_job(jobId=f"{given.thing}-job")["job"][name] for name in ("jobId", "status", "targets", "timeoutConfig", "presignedUrlConfig")})
say("executions", [row["jobExecutionSummary"]["status"] for row in iot.list_job_executions_for_job(jobId=f"{given.thing}-job")["executionSummaries"]])
say("pending", [row["jobId"] for row in jobs.get_pending_job_executions(thingName=given.thing)["queuedJobs"]])
say("twice", refusal(iot.create_job, jobId=f"{given.thing}-job", targets=[thing["thingArn"]], document='{"another":true}'))
say("unknown thing", refusal(iot.describe_thing, thingName="nobody"))

data.update_thing_shadow(thingName=given.thing, payload=json.dumps({"state": {"desired": {"mode": 5}}}).encode())
say("shadow", json.loads(data.get_thing_shadow(thingName=given.thing)["payload"].read())["state"])
data.publish(topic=f"news/{given.thing}", qos=1, payload=b"hello")
say("things", [entry["thingName"] for page in iot.get_paginator("list_things").paginate() for entry in page["things"]])
