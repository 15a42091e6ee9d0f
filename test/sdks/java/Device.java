import java.util.Map;
import java.util.HashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.crt.mqtt.MqttClientConnection;
import software.amazon.awssdk.crt.mqtt.QualityOfService;
import software.amazon.awssdk.iot.AwsIotMqttConnectionBuilder;
import software.amazon.awssdk.iot.iotjobs.IotJobsClient;
import software.amazon.awssdk.iot.iotjobs.model.*;
import software.amazon.awssdk.iot.iotshadow.IotShadowClient;
import software.amazon.awssdk.iot.iotshadow.model.*;

/** A device on AWS's SDK for Java, unmodified: takes the pending job to its end and hears of its shadow. Prints JSON lines. */
public class Device {
    static final long PATIENCE_S = 20;
    static final QualityOfService QOS = QualityOfService.AT_LEAST_ONCE;

    public static void main(String[] arguments) throws Exception {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) given.put(arguments[i].substring(2), arguments[i + 1]);
        try (AwsIotMqttConnectionBuilder builder = AwsIotMqttConnectionBuilder.newMtlsBuilderFromPath(given.get("cert"), given.get("key"))) {
            builder.withCertificateAuthorityFromPath(null, given.get("ca")).withClientId(given.get("thing")).withCleanSession(true)
                .withEndpoint(given.get("host")).withPort(Integer.parseInt(given.get("port")));
            try (MqttClientConnection connection = builder.build()) {
                taken(connection.connect());
                work(connection, given.get("thing"));
                keepShadow(connection, given.get("thing"));
                taken(connection.disconnect());
            }
        }
        System.exit(0);
    }

    static void work(MqttClientConnection connection, String thing) throws Exception {
        IotJobsClient jobs = new IotJobsClient(connection);
        CompletableFuture<StartNextJobExecutionResponse> started = new CompletableFuture<>();
        StartNextPendingJobExecutionSubscriptionRequest startTopic = new StartNextPendingJobExecutionSubscriptionRequest();
        startTopic.thingName = thing;
        taken(jobs.SubscribeToStartNextPendingJobExecutionAccepted(startTopic, QOS, started::complete, started::completeExceptionally));
        taken(jobs.SubscribeToStartNextPendingJobExecutionRejected(startTopic, QOS, (RejectedError error) -> refused(started, error)));
        StartNextPendingJobExecutionRequest start = new StartNextPendingJobExecutionRequest();
        start.thingName = thing;
        taken(jobs.PublishStartNextPendingJobExecution(start, QOS));
        JobExecutionData execution = taken(started).execution;
        say("started", "\"" + execution.jobId + " " + execution.status + " " + execution.jobDocument.get("operation") + "\"");

        CompletableFuture<UpdateJobExecutionResponse> ended = new CompletableFuture<>();
        UpdateJobExecutionSubscriptionRequest updateTopic = new UpdateJobExecutionSubscriptionRequest();
        updateTopic.thingName = thing;
        updateTopic.jobId = execution.jobId;
        taken(jobs.SubscribeToUpdateJobExecutionAccepted(updateTopic, QOS, ended::complete, ended::completeExceptionally));
        taken(jobs.SubscribeToUpdateJobExecutionRejected(updateTopic, QOS, (RejectedError error) -> refused(ended, error)));
        UpdateJobExecutionRequest update = new UpdateJobExecutionRequest();
        update.thingName = thing;
        update.jobId = execution.jobId;
        update.executionNumber = execution.executionNumber;
        update.expectedVersion = execution.versionNumber;
        update.status = JobStatus.SUCCEEDED;
        update.statusDetails = new HashMap<>(Map.of("progress", "100"));
        taken(jobs.PublishUpdateJobExecution(update, QOS));
        taken(ended);
        say("ended", "\"" + execution.jobId + "\"");
    }

    static void keepShadow(MqttClientConnection connection, String thing) throws Exception {
        IotShadowClient shadows = new IotShadowClient(connection);
        CompletableFuture<ShadowDeltaUpdatedEvent> delta = new CompletableFuture<>();
        ShadowDeltaUpdatedSubscriptionRequest deltaTopic = new ShadowDeltaUpdatedSubscriptionRequest();
        deltaTopic.thingName = thing;
        taken(shadows.SubscribeToShadowDeltaUpdatedEvents(deltaTopic, QOS, delta::complete, delta::completeExceptionally));
        UpdateShadowRequest update = new UpdateShadowRequest();
        update.thingName = thing;
        update.state = new ShadowState();
        update.state.desired = new HashMap<>(Map.of("mode", 23));
        update.state.reported = new HashMap<>(Map.of("mode", 1));
        taken(shadows.PublishUpdateShadow(update, QOS));
        say("delta", "\"" + taken(delta).state.get("mode") + "\"");
    }

    static void refused(CompletableFuture<?> answer, RejectedError error) {
        answer.completeExceptionally(new IllegalStateException(error.code + " " + error.message));
    }

    static <T> T taken(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_S, TimeUnit.SECONDS);
    }

    static void say(String event, String json) {
        System.out.println("{\"event\":\"" + event + "\",\"value\":" + json + "}");
    }
}
