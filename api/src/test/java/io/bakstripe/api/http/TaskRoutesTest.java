package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.api.testing.Tasks;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.task.Lifecycle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskRoutesTest {
    @RegisterExtension
    static final ServedApi API = new ServedApi();

    @Test
    void showsATaskWithItsStripes() {
        API.cluster().put(Tasks.at(Tasks.backup(5), 50, Lifecycle.IN_PROGRESS, ""));

        JsonNode task = API.get("/api/v1/tasks/5").json();

        assertThat(task.path("task_id").asLong()).isEqualTo(5);
        assertThat(task.path("% complete").asInt()).isEqualTo(50);
        assertThat(task.path("instance").asText()).isEqualTo("main");
        assertThat(task.path("copyStatements").asLong()).isEqualTo(7);
        assertThat(task.path("stripes")).hasSize(2);
        JsonNode stripe = task.path("stripes").get(1);
        assertThat(stripe.path("stripe").asInt()).isEqualTo(2);
        assertThat(stripe.path("file").asText()).isEqualTo("arn:aws:s3:::bucket/shop2-of-2.bak");
        assertThat(stripe.path("node").asText()).isEqualTo("node1");
        assertThat(stripe.path("bytesDone").asLong()).isEqualTo(500);
        assertThat(stripe.path("bytesTotal").asLong()).isEqualTo(1000);
        assertThat(stripe.path("bytesPerSecond").asLong()).isEqualTo(10);
        assertThat(stripe.path("attempts").asInt()).isEqualTo(1);
        assertThat(stripe.path("resumed").isBoolean()).isTrue();
        assertThat(task.path("problem").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"99", "0", "-1", "abc", "1.5", "99999999999999999999"})
    void answers404ForATaskThatDoesNotExist(String id) {
        for (String path : List.of("/api/v1/tasks/" + id, "/api/v1/tasks/" + id + "/progress")) {
            ServedApi.Answer answer = API.get(path);

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text("code")).isEqualTo(BackupError.TASK_UNKNOWN.code());
        }
    }

    @Test
    void listsTheNewestFirstPageByPage() {
        IntStream.rangeClosed(1, 130).forEach(id -> API.cluster().put(Tasks.backup(id)));

        JsonNode first = API.get("/api/v1/tasks").json().path("tasks");
        JsonNode second = API.get("/api/v1/tasks?after=31&limit=20").json().path("tasks");

        assertThat(first).hasSize(100);
        assertThat(first.get(0).path("task_id").asLong()).isEqualTo(130);
        assertThat(second).hasSize(20);
        assertThat(second.get(0).path("task_id").asLong()).isEqualTo(30);
        assertThat(second.get(19).path("task_id").asLong()).isEqualTo(11);
    }

    @Test
    void passesTheFilterOn() {
        API.get("/api/v1/tasks?instance=main&db_name=Gr%C3%B6%C3%9Fe&lifecycle=in_progress&limit=7&after=9");

        assertThat(API.cluster().filters)
                .containsExactly(new TaskFilter(
                        Optional.of(new DatabaseName("Größe")),
                        Optional.empty(),
                        Optional.of(Lifecycle.IN_PROGRESS),
                        Optional.of(new TaskId(9)),
                        // One more than is shown tells whether there is another page.
                        Optional.of(8)));
    }

    @Test
    void linksToTheNextPageUntilThereIsNone() {
        IntStream.rangeClosed(1, 45).forEach(id -> API.cluster().put(Tasks.backup(id)));
        List<Long> shown = new ArrayList<>();
        String page = "/api/v1/tasks?db_name=shop&limit=15";
        int pages = 0;

        while (!page.isEmpty()) {
            ServedApi.Answer answer = API.get(page);
            answer.json()
                    .path("tasks")
                    .forEach(task -> shown.add(task.path("task_id").asLong()));
            page = answer.json().path("next").asText("");
            assertThat(answer.header("Link")).isEqualTo(page.isEmpty() ? "" : "<" + page + ">; rel=\"next\"");
            pages++;
        }

        assertThat(pages).isEqualTo(3);
        assertThat(shown)
                .hasSize(45)
                .isSortedAccordingTo(Comparator.reverseOrder())
                .doesNotHaveDuplicates();
    }

    @Test
    void keepsTheQueryInTheLink() {
        IntStream.rangeClosed(1, 3).forEach(id -> API.cluster().put(Tasks.backup(id)));

        JsonNode page = API.get("/api/v1/tasks?instance=main&db_name=SHOP&lifecycle=created&limit=1&after=3")
                .json();

        assertThat(page.path("next").asText())
                .startsWith("/api/v1/tasks?")
                .contains("instance=main", "db_name=SHOP", "lifecycle=created", "limit=1", "after=2");
        assertThat(page.path("next").asText()).doesNotContain("after=3");
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit",
        "limit=1001, limit",
        "limit=x, limit",
        "limit=, limit",
        "after=0, after",
        "after=-1, after",
        "lifecycle=DONE, lifecycle",
        "sort=up, sort",
    })
    void refusesAMalformedQuery(String query, String parameter) {
        ServedApi.Answer answer = API.get("/api/v1/tasks?" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("parameter")).isEqualTo(parameter);
        assertThat(answer.text("hint")).isNotBlank();
        assertThat(API.cluster().filters).isEmpty();
    }

    @Nested
    class Progress {
        private List<String> lines(String lastEventId) {
            var request = API.request("/api/v1/tasks/1/progress").GET();
            if (!lastEventId.isEmpty()) {
                request.header("Last-Event-ID", lastEventId);
            }
            ServedApi.Answer answer = API.send(request);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
            return Arrays.asList(answer.response().body().split("\n"));
        }

        private List<Integer> ids(List<String> lines, String type) {
            List<Integer> ids = new ArrayList<>();
            for (String event : String.join("\n", lines).split("\n\n")) {
                List<String> fields = event.lines().toList();
                if (fields.contains("event:" + type)) {
                    fields.stream()
                            .filter(field -> field.startsWith("id:"))
                            .forEach(field -> ids.add(Integer.parseInt(field.substring(3))));
                }
            }
            return ids;
        }

        private void runsThrough(int... percents) {
            API.cluster().put(Tasks.backup(1));
            AtomicInteger poll = new AtomicInteger();
            API.cluster().onPoll(detail -> {
                int percent = percents[Math.min(poll.getAndIncrement(), percents.length - 1)];
                return Tasks.at(detail, percent, percent == 100 ? Lifecycle.SUCCESS : Lifecycle.IN_PROGRESS, "");
            });
        }

        private List<Integer> everyFiveFrom(int first) {
            return IntStream.rangeClosed(first / 5, 20).mapToObj(i -> i * 5).toList();
        }

        @Test
        void hasAnEventForEveryFivePercentAndEndsWithTheFinalRow() {
            runsThrough(0, 10, 35, 100);

            List<String> lines = lines("");

            assertThat(ids(lines, "progress")).isEqualTo(everyFiveFrom(0));
            assertThat(ids(lines, "end")).containsExactly(100);
            String last = lines.stream()
                    .filter(line -> line.startsWith("data:"))
                    .reduce((a, b) -> b)
                    .orElseThrow();
            assertThat(last).contains("\"lifecycle\":\"SUCCESS\"").contains("\"% complete\":100");
        }

        @Test
        void goesOnBehindTheLastEvent() {
            runsThrough(45, 60, 100);

            assertThat(ids(lines("45"), "progress")).isEqualTo(everyFiveFrom(50));
        }

        @Test
        void saysOnlyTheEndToWhoHasSeenAllOfAnEndedTask() {
            runsThrough(100);

            List<String> lines = lines("100");

            assertThat(ids(lines, "progress")).isEmpty();
            assertThat(ids(lines, "end")).containsExactly(100);
        }

        @Test
        void startsAgainFromWhereANewAttemptBegins() {
            runsThrough(20, 20, 5, 100);

            assertThat(ids(lines(""), "progress"))
                    .startsWith(0, 5, 10, 15, 20, 5, 10)
                    .endsWith(95, 100);
        }

        @Test
        void endsWithTheRowOfATaskThatFailed() {
            API.cluster().put(Tasks.at(Tasks.backup(1), 45, Lifecycle.ERROR, "Access Denied"));

            List<String> lines = lines("");

            assertThat(ids(lines, "end")).containsExactly(45);
            assertThat(lines).anyMatch(line -> line.contains("Access Denied"));
        }

        @Test
        void outlivesAQuestionThatIsNotAnswered() {
            API.cluster().put(Tasks.backup(1));
            AtomicInteger poll = new AtomicInteger();
            API.cluster().onPoll(detail -> {
                if (poll.getAndIncrement() == 1) {
                    throw BackupError.CLUSTER_TIMEOUT.problem("the cluster").asException();
                }
                return Tasks.at(detail, 100, Lifecycle.SUCCESS, "");
            });

            assertThat(ids(lines(""), "end")).containsExactly(100);
            assertThat(poll.get()).isEqualTo(3);
        }

        @ParameterizedTest
        @ValueSource(strings = {"x", "-5", "101", "1000"})
        void startsFromTheBeginningBehindAnEventThatIsNoneOfOurs(String lastEventId) {
            runsThrough(100);

            assertThat(ids(lines(lastEventId), "progress")).isEqualTo(everyFiveFrom(0));
        }
    }
}
