package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.bakstripe.api.testing.ClosingServer;
import io.bakstripe.protocol.task.TaskRow;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that break before an answer: closed, or reset. */
class BrokenConnectionsTest {
    private static final Map<String, Object> BACKUP =
            Map.of("source_db_name", "shop", "s3_arn_to_backup_to", "arn:aws:s3:::bucket/a.bak");
    private static final Repetition QUICK =
            new Repetition(List.of(Duration.ZERO, Duration.ofMillis(10), Duration.ofMillis(10)));

    private static ApiClient client(ClosingServer server) {
        return new ApiClient(server.base(), "token", Optional.empty(), UUID::randomUUID, QUICK);
    }

    @ParameterizedTest
    @EnumSource(ClosingServer.Break.class)
    void repeatsASubmissionWithTheSameKey(ClosingServer.Break how) throws IOException {
        try (ClosingServer server = ClosingServer.breaking(3, how)) {
            TaskRow row = client(server).submit("rds_backup_database", BACKUP);

            assertThat(row.taskId().value()).isEqualTo(5);
            assertThat(server.keys()).hasSize(4).doesNotContain("");
            assertThat(server.keys().stream().distinct()).hasSize(1);
        }
    }

    @Test
    void repeatsAQuestion() throws IOException {
        try (ClosingServer server = ClosingServer.breaking(2, ClosingServer.Break.CLOSE)) {
            assertThat(client(server).task(5).path("task_id").asLong()).isEqualTo(5);
            assertThat(server.keys()).hasSize(3);
        }
    }

    @Test
    void givesUpAfterTheThirdRepetition() throws IOException {
        try (ClosingServer server = ClosingServer.breaking(100, ClosingServer.Break.CLOSE)) {
            assertThatThrownBy(() -> client(server).submit("rds_backup_database", BACKUP))
                    .asInstanceOf(type(ApiRefusal.class))
                    .satisfies(refusal -> {
                        assertThat(refusal.status()).isZero();
                        assertThat(refusal.transientFailure()).isTrue();
                    });
            assertThat(server.keys()).hasSize(4);
        }
    }

    @Test
    void doesNotWaitForAServerThatWasNeverThere() throws IOException {
        ClosingServer server = ClosingServer.breaking(0, ClosingServer.Break.CLOSE);
        server.close();
        Repetition never = new Repetition(List.of(Duration.ofDays(1)));
        ApiClient client = new ApiClient(server.base(), "token", Optional.empty(), UUID::randomUUID, never);

        assertThatThrownBy(() -> client.task(5)).isInstanceOf(ApiRefusal.class);
    }

    @Test
    void staysWithinFiveSecondsByDefault() {
        assertThat(Repetition.DEFAULT.pauses().stream().reduce(Duration.ZERO, Duration::plus))
                .isLessThanOrEqualTo(Duration.ofSeconds(5));
        assertThat(Repetition.DEFAULT.pauses()).hasSize(3);
    }
}
