package io.bakstripe.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.api.testing.ServedApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionOptionsTest {
    @RegisterExtension
    static final ServedApi API = new ServedApi();

    @TempDir
    Path directory;

    @Test
    void isReadFromTheSandboxesFileOrItsDirectory() throws IOException {
        Path file = directory.resolve("sandbox.json");
        Files.writeString(
                file, "{\"http\": \"%s/\", \"token\": \"%s\", \"s3\": {}}".formatted(API.base(), ServedApi.TOKEN));
        Map<String, String> elsewhere = Map.of("BAKSTRIPE_URL", "http://127.0.0.1:1", "BAKSTRIPE_TOKEN", "x");

        assertThat(CommandRun.with(elsewhere, "instances", "--sandbox", file.toString())
                        .exit())
                .isZero();
        assertThat(CommandRun.with(elsewhere, "instances", "--sandbox", directory.toString())
                        .exit())
                .isZero();
        assertThat(CommandRun.with(elsewhere, "instances", "--sandbox", file.toString(), "--token", "y")
                        .err())
                .startsWith("error BAK-4001: ");
    }

    @Test
    void isReadFromTheEnvironmentsSandboxUnlessAnythingElseNamesAServer() throws IOException {
        Path file = directory.resolve("sandbox.json");
        Files.writeString(
                file, "{\"http\": \"%s/\", \"token\": \"%s\", \"s3\": {}}".formatted(API.base(), ServedApi.TOKEN));
        Map<String, String> ambient = Map.of("BAKSTRIPE_SANDBOX", file.toString());
        Map<String, String> both = Map.of("BAKSTRIPE_SANDBOX", file.toString(), "BAKSTRIPE_TOKEN", "x");

        assertThat(CommandRun.with(ambient, "instances").exit()).isZero();
        assertThat(CommandRun.with(ambient, "instances", "--token", "y").err()).startsWith("error BAK-4001: ");
        assertThat(CommandRun.with(both, "instances", "--url", API.base().toString())
                        .err())
                .startsWith("error BAK-4001: ");
    }

    @Test
    void thatFailsIsAnErrorWithAHint() {
        CommandRun run = CommandRun.with(Map.of(), "instances", "--url", "http://127.0.0.1:1", "--token", "x");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("error the server at http://127.0.0.1:1")
                .contains("hint: Check --url");
    }

    @Test
    void withoutATokenIsWrongUsage() {
        CommandRun run = CommandRun.with(Map.of(), "instances");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("BAKSTRIPE_TOKEN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "ftp://host", "http:///x", "http://a b"})
    void toNowhereIsWrongUsage(String url) {
        assertThat(CommandRun.with(Map.of(), "instances", "--token", "x", "--url", url)
                        .exit())
                .isEqualTo(2);
    }

    @Test
    void throughAMissingSandboxFileIsWrongUsage() {
        CommandRun run = CommandRun.with(Map.of(), "instances", "--sandbox", directory.toString());

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("is the sandbox running?");
    }
}
