package io.bakstripe.worker.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.name.DatabaseRef;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerDirectoryTest {
    private static final Path DATABASES = Path.of("/data/databases");

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "../../etc", "a/b", "a*b", "ünï", "a b", "*", "%2E", "lock"})
    void staysOneElementBelowTheInstance(String name) {
        Path root = directory(name);

        assertThat(root.normalize()).isEqualTo(root);
        assertThat(root.getParent()).isEqualTo(DATABASES.resolve("test"));
        assertThat(String.valueOf(root.getFileName())).matches("[A-Za-z0-9_%+~-]+");
    }

    @Test
    void keepsDifferentNamesApart() {
        assertThat(directory(".")).isNotEqualTo(directory("%2E"));
        assertThat(directory("a b")).isNotEqualTo(directory("a+b"));
        String long1 = "数".repeat(127) + "a";
        String long2 = "数".repeat(127) + "b";
        assertThat(directory(long1)).isNotEqualTo(directory(long2));
        assertThat(String.valueOf(directory(long1).getFileName())).hasSizeLessThan(200);
    }

    private static Path directory(String folded) {
        return ServerDirectory.of(DATABASES, new DatabaseRef(TestHost.INSTANCE, folded))
                .root();
    }
}
