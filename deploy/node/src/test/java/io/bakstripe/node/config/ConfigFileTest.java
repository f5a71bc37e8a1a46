package io.bakstripe.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigFileTest {
    @TempDir
    Path folder;

    @Test
    void optionsBeatTheFileAndTheFileBeatsDefaults() throws IOException {
        Path file = Files.writeString(
                folder.resolve("node.conf"), "bakstripe { api.port = 9000, worker.store.region = eu-west-1 }");

        Config config = ConfigFile.load(Optional.of(file), Map.of("bakstripe.api.port", 9001));

        assertThat(config.getInt("bakstripe.api.port")).isEqualTo(9001);
        assertThat(config.getString("bakstripe.worker.store.region")).isEqualTo("eu-west-1");
        assertThat(config.getString("bakstripe.worker.store.sse")).isEqualTo("AES256");
    }

    @Test
    void journalIsAFileInTheDataFolderUnlessOneIsGiven() {
        Config embedded = ConfigFile.load(Optional.empty(), Map.of("bakstripe.node.data", folder.toString()));
        Config given = ConfigFile.load(
                Optional.empty(),
                Map.of("bakstripe.journal.kind", "postgresql", "bakstripe.journal.url", "jdbc:postgresql://j/b"));

        assertThat(embedded.getString("bakstripe.journal.url"))
                .startsWith("jdbc:h2:file:" + folder.resolve("journal"))
                .contains("WRITE_DELAY=0");
        assertThat(given.getString("bakstripe.journal.url")).isEqualTo("jdbc:postgresql://j/b");
    }

    @Test
    void unknownKeysAreRefusedByName() throws IOException {
        Path file = Files.writeString(folder.resolve("node.conf"), "bakstripe.worker.store.endpiont = x");

        assertThatThrownBy(() -> ConfigFile.load(Optional.of(file), Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("endpiont");
    }

    @Test
    void missingFileIsRefused() {
        assertThatThrownBy(() -> ConfigFile.load(Optional.of(folder.resolve("absent.conf")), Map.of()))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void dataFolderIsMadeAbsolute() {
        Config config = ConfigFile.load(Optional.empty(), Map.of("bakstripe.node.data", folder.toString()));

        assertThat(NodeSettings.from(config.getConfig("bakstripe.node")).data()).isEqualTo(folder.toAbsolutePath());
    }

    @ParameterizedTest
    @CsvSource({"bakstripe.node.port,70000", "bakstripe.node.port,-1", "bakstripe.node.host-name,UPPER"})
    void valueOutOfRangeIsAnErrorOfTheConfiguration(String key, String value) {
        assertThatThrownBy(() -> ConfigFile.load(Optional.empty(), Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(value);
    }

    @Test
    void unknownRoleIsAnErrorOfTheConfiguration() {
        assertThatThrownBy(() -> ConfigFile.load(Optional.empty(), Map.of("bakstripe.node.roles", List.of("cook"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("cook");
    }
}
