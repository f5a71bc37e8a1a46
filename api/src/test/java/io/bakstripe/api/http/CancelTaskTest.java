package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.FakeCluster;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.api.testing.Tasks;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.task.Lifecycle;
import java.net.http.HttpRequest;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code rds_cancel_task} in all its forms. */
class CancelTaskTest {
    @RegisterExtension
    static final ServedApi API = new ServedApi();

    private static void running(long task) {
        API.cluster().put(Tasks.at(Tasks.backup(task), 40, Lifecycle.IN_PROGRESS, ""));
    }

    @Test
    void answersWithTheTasksRow() {
        running(5);

        ServedApi.Answer answer = API.call("rds_cancel_task", "{\"task_id\": 5}");

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().at("/rows/0/task_id").asInt()).isEqualTo(5);
        assertThat(answer.json().at("/rows/0/lifecycle").asText()).isEqualTo("CANCEL_REQUESTED");
        assertThat(answer.json().at("/rows/0").has("% complete")).isTrue();
    }

    @Test
    void takesTheStatementOfTheReference() {
        running(1234);

        ServedApi.Answer answer = API.sql("exec msdb.dbo.rds_cancel_task @task_id=1234;");

        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().at("/results/0/rows/0/lifecycle").asText()).isEqualTo("CANCEL_REQUESTED");
        running(7);
        assertThat(API.sql("exec rds_cancel_task 7").status()).isEqualTo(200);
        assertThat(API.cluster().cancellations)
                .extracting(FakeCluster.Cancellation::task)
                .containsExactly(new TaskId(1234), new TaskId(7));
    }

    @Test
    void passesTheKeyOnSoThatACallCanBeRepeated() {
        running(5);

        API.send(API.request("/api/v1/procedures/rds_cancel_task")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "once")
                .POST(HttpRequest.BodyPublishers.ofString("{\"task_id\": \"5\"}")));

        assertThat(API.cluster().cancellations)
                .extracting(FakeCluster.Cancellation::key)
                .singleElement()
                .satisfies(key -> assertThat(key.map(RequestKey::key)).contains("once"));
    }

    @Test
    void refusesForATaskThatDoesNotExistOrHasEnded() {
        API.cluster().put(Tasks.at(Tasks.backup(6), 100, Lifecycle.SUCCESS, ""));

        ServedApi.Answer unknown = API.call("rds_cancel_task", "{\"task_id\": 5}");
        ServedApi.Answer ended = API.call("rds_cancel_task", "{\"task_id\": 6}");

        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.text("code")).isEqualTo("BAK-3003");
        assertThat(ended.status()).isEqualTo(409);
        assertThat(ended.text("code")).isEqualTo("BAK-2121");
        assertThat(ended.text("detail")).isEqualTo("task 6 has ended in SUCCESS and cannot be cancelled");
        assertThat(ended.text("hint")).endsWith(".");
    }

    @Test
    void endsTheStreamOfProgressWithTheCancelledRow() {
        running(5);
        AtomicInteger poll = new AtomicInteger();
        API.cluster()
                .onPoll(detail -> poll.getAndIncrement() == 0
                        ? Tasks.at(detail, 40, Lifecycle.CANCEL_REQUESTED, "")
                        : Tasks.at(detail, 40, Lifecycle.CANCELLED, ""));

        ServedApi.Answer answer = API.get("/api/v1/tasks/5/progress");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.response().body()).contains("event:end").contains("\"lifecycle\":\"CANCELLED\"");
    }
}
