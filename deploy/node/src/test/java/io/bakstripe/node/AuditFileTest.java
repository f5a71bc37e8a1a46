package io.bakstripe.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.api.audit.AuditLine;
import io.bakstripe.api.audit.AuditSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFileTest {
    private static final AuditSettings SETTINGS = new AuditSettings(64 << 10, 3, 256 << 10);

    @TempDir
    private Path data;

    private static AuditLine line(String path) {
        return new AuditLine(
                Instant.parse("2026-03-01T12:00:00.5Z"),
                Optional.of("ana"),
                "192.0.2.1",
                "POST",
                path,
                Optional.of("prod"),
                List.of("rds_task_status", "rds_drop_database"),
                403,
                Optional.of("BAK-4011"));
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(data.resolve("audit").resolve("audit.log"));
    }

    @Test
    void everyLineIsThereAtOnceAsOneJsonObjectWhateverItsText() throws IOException {
        try (AuditFile file = AuditFile.open(data, SETTINGS)) {
            file.record(line("/api/v1/a\n{} \"quoted\" größe %d {}"));

            assertThat(lines()).hasSize(1);
            JsonNode json = new ObjectMapper().readTree(lines().get(0));
            List<String> names = new ArrayList<>();
            json.fieldNames().forEachRemaining(names::add);
            assertThat(names)
                    .containsExactly(
                            "time", "login", "address", "method", "path", "instance", "procedure", "status", "code");
            assertThat(json.path("time").asText()).isEqualTo("2026-03-01T12:00:00.500Z");
            assertThat(json.path("path").asText()).isEqualTo("/api/v1/a\n{} \"quoted\" größe %d {}");
            assertThat(json.path("procedure").asText()).isEqualTo("rds_task_status, rds_drop_database");
            assertThat(json.path("status").asInt()).isEqualTo(403);
        }
    }

    @Test
    void goesOnBehindTheLinesOfTheLastStart() throws IOException {
        for (int start = 0; start < 3; start++) {
            try (AuditFile file = AuditFile.open(data, SETTINGS)) {
                file.record(line("/" + start));
            }
        }

        assertThat(lines()).hasSize(3);
    }

    @Test
    void onlyItsOwnerReadsIt() throws IOException {
        AuditFile.open(data, SETTINGS).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("audit"))))
                .isEqualTo("rwx------");
    }

    @Test
    void aFileThatIsFullIsClosedAndCompressed() throws IOException {
        try (AuditFile file = AuditFile.open(data, SETTINGS)) {
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
                for (int call = 0; call < 500; call++) {
                    file.record(line("/api/v1/" + "x".repeat(200)));
                }
                try (Stream<Path> files = Files.list(data.resolve("audit"))) {
                    return files.anyMatch(one -> one.toString().endsWith(".log.gz"));
                }
            });
        }
    }
}
