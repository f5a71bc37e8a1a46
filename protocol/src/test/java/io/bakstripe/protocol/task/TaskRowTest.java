package io.bakstripe.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskRowTest {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .build();
    private static final TaskRow ROW = new TaskRow(
            new TaskId(5),
            TaskType.BACKUP_DB,
            new DatabaseName("Größe"),
            35,
            2,
            Lifecycle.IN_PROGRESS,
            "[2026-03-01 10:00:00.000] line",
            Instant.parse("2026-03-01T10:02:00.250Z"),
            Instant.parse("2026-03-01T10:00:00Z"),
            Optional.of(S3Arn.parse("arn:aws:s3:::bucket/a*.bak")),
            Optional.of(1),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    @Test
    void isWrittenWithExactlyTheColumnsOfTheReferenceInTheirOrder() throws IOException {
        assertThat(JSON.writeValueAsString(ROW))
                .isEqualTo("{\"task_id\":5,\"task_type\":\"BACKUP_DB\",\"database_name\":\"Größe\",\"% complete\":35,"
                        + "\"duration (mins)\":2,\"lifecycle\":\"IN_PROGRESS\","
                        + "\"task_info\":\"[2026-03-01 10:00:00.000] line\","
                        + "\"last_updated\":\"2026-03-01T10:02:00.250Z\",\"created_at\":\"2026-03-01T10:00:00Z\","
                        + "\"S3_object_arn\":\"arn:aws:s3:::bucket/a*.bak\",\"overwrite_s3_backup_file\":1,"
                        + "\"KMS_master_key_arn\":null,\"filepath\":null,\"overwrite_file\":null}");
    }

    @Test
    void isReadBack() throws IOException {
        assertThat(JSON.readValue(JSON.writeValueAsBytes(ROW), TaskRow.class)).isEqualTo(ROW);
    }

    @Test
    void ofACallThatNamesNoFileHasNullForItsArn() throws IOException {
        TaskRow row = new TaskRow(
                new TaskId(6),
                TaskType.FINISH_RESTORE,
                new DatabaseName("shop_copy"),
                0,
                0,
                Lifecycle.CREATED,
                "",
                ROW.createdAt(),
                ROW.createdAt(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        String json = JSON.writeValueAsString(row);

        assertThat(json).contains("\"S3_object_arn\":null");
        assertThat(JSON.readValue(json, TaskRow.class)).isEqualTo(row);
    }

    @ParameterizedTest
    @EnumSource
    void endsOnlyInAFinalLifecycle(Lifecycle lifecycle) {
        assertThat(lifecycle.ended())
                .isEqualTo(lifecycle == Lifecycle.SUCCESS
                        || lifecycle == Lifecycle.ERROR
                        || lifecycle == Lifecycle.CANCELLED);
    }
}
