package io.bakstripe.protocol.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.bakstripe.protocol.name.InstanceName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a definition is recorded, and how one reads that was recorded before there were windows and the option. */
class InstanceDefinitionTest {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .serializationInclusion(JsonInclude.Include.NON_ABSENT)
            .build();
    private static final Windows WINDOWS = new Windows(
            Optional.of(DailyWindow.parse("03:00-03:30")), Optional.of(WeeklyWindow.parse("sun:05:00-sun:06:00")));

    @Test
    void readsBackWindowsAndRole() throws JsonProcessingException {
        InstanceDefinition definition = definition(
                WINDOWS, Optional.of(new BackupOption(Optional.of("arn:aws:iam::123456789012:role/backup"))));

        String json = JSON.writeValueAsString(definition);

        assertThat(json)
                .contains("\"windows\":{\"backup\":\"03:00-03:30\",\"maintenance\":\"sun:05:00-sun:06:00\"}")
                .contains("\"option\":{\"roleArn\":\"arn:aws:iam::123456789012:role/backup\"}");
        assertThat(JSON.readValue(json, InstanceDefinition.class)).isEqualTo(definition);
    }

    @Test
    void readsBackThatThereIsNoOption() throws JsonProcessingException {
        InstanceDefinition definition = definition(Windows.none(), Optional.empty());

        String json = JSON.writeValueAsString(definition);

        assertThat(json).contains("\"option\":\"none\"");
        assertThat(JSON.readValue(json, InstanceDefinition.class)).isEqualTo(definition);
    }

    @Test
    void isRecordedAsBeforeWhereNothingIsDeclared() throws JsonProcessingException {
        InstanceDefinition definition = definition(Windows.none(), Optional.of(BackupOption.DEFAULT));

        String json = JSON.writeValueAsString(definition);

        assertThat(json).doesNotContain("windows").doesNotContain("option");
        assertThat(JSON.readValue(json, InstanceDefinition.class)).isEqualTo(definition);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "backup",
                "arn:aws:iam::12:role/x",
                "arn:aws:iam::123456789012:user/x",
                "arn:aws:iam::123456789012:role/",
                "arn:aws:s3:::bucket"
            })
    void takesTheArnOfARoleOnly(String arn) {
        assertThatThrownBy(() -> new BackupOption(Optional.of(arn)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("arn:aws:iam::account-id:role/name");
    }

    private static InstanceDefinition definition(Windows windows, Optional<BackupOption> option) {
        return new InstanceDefinition(
                new InstanceName("main"),
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "us-east-1",
                "UTC",
                false,
                Optional.empty(),
                List.of(),
                windows,
                option);
    }
}
