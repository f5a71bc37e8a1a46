package io.bakstripe.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.DeclaredLogins;
import io.bakstripe.api.testing.PlainConnection;
import io.bakstripe.api.testing.ServedApi;
import io.bakstripe.api.testing.Tasks;
import io.bakstripe.protocol.task.Lifecycle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Callers that are many, slow or never done do not keep others from being answered. */
class ManyCallersTest {
    private static final int STREAMS = 1_000;

    @RegisterExtension
    static final ServedApi API = ServedApi.withLogins(DeclaredLogins.all());

    private static String head(String method, String path, String more) {
        return method + " " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + DeclaredLogins.token("reader")
                + "\r\n" + more + "\r\n";
    }

    @Test
    void aThousandOpenStreamsOfEventsLeaveRoomForOtherCallsAndAllSeeTheEnd() throws IOException {
        API.cluster().put(Tasks.backup(1));
        List<PlainConnection> streams = new ArrayList<>();
        try {
            for (int stream = 0; stream < STREAMS; stream++) {
                PlainConnection connection = PlainConnection.to(API.base());
                streams.add(connection);
                connection.send(head("GET", "/api/v1/tasks/1/progress", ""));
            }
            for (PlainConnection stream : streams) {
                assertThat(stream.line()).isEqualTo("HTTP/1.1 200 OK");
                assertThat(stream.lineWith("event:progress")).isEqualTo("event:progress");
            }

            assertThat(API.getAs(DeclaredLogins.token("operator"), "/api/v1/tasks/1")
                            .status())
                    .isEqualTo(200);

            API.cluster().onPoll(detail -> Tasks.at(detail, 100, Lifecycle.SUCCESS, ""));
            for (PlainConnection stream : streams) {
                assertThat(stream.lineWith("event:end")).isEqualTo("event:end");
            }
        } finally {
            for (PlainConnection stream : streams) {
                stream.close();
            }
        }
    }

    @Test
    void aBodyThatArrivesTooSlowlyIsRefusedAndHoldsNobodyUp() throws IOException {
        List<PlainConnection> slow = new ArrayList<>();
        try {
            for (int caller = 0; caller < 50; caller++) {
                PlainConnection connection = PlainConnection.to(API.base());
                slow.add(connection);
                connection.send(head(
                                "POST",
                                "/api/v1/procedures/rds_task_status",
                                "Content-Type: application/json\r\nContent-Length: 100\r\n")
                        + "{");
            }

            assertThat(API.getAs(DeclaredLogins.token("reader"), "/api/v1/tasks")
                            .status())
                    .isEqualTo(200);
            for (PlainConnection connection : slow) {
                PlainConnection.Answer answer = connection.answer();
                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.body()).contains("BAK-1012");
                assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
                assertThat(connection.ended()).isTrue();
            }
        } finally {
            for (PlainConnection connection : slow) {
                connection.close();
            }
        }
    }
}
