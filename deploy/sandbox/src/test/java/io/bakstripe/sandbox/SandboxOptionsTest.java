package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SandboxOptionsTest {
    @Test
    void readsACommandLine() {
        assertThat(SandboxOptions.parse(List.of("--port", "9000", "--stop-with-stdin", "--data", "/srv/sandbox")))
                .isEqualTo(new SandboxOptions(
                        Path.of("/srv/sandbox"), 9000, 0, 0, OptionalInt.empty(), true, OptionalInt.empty()));
        assertThat(SandboxOptions.parse(List.of("--data", "/srv/sandbox")))
                .isEqualTo(new SandboxOptions(
                        Path.of("/srv/sandbox"), 0, 0, 0, OptionalInt.empty(), false, OptionalInt.empty()));
        assertThat(SandboxOptions.parse(List.of("--data", "/srv/sandbox", "--chaos-port", "9001")))
                .isEqualTo(new SandboxOptions(
                        Path.of("/srv/sandbox"), 0, 0, 0, OptionalInt.empty(), false, OptionalInt.of(9001)));
    }

    @Test
    void readsWhereTheTokenServiceIsAndHowLongItsKeysLast() {
        assertThat(SandboxOptions.parse(List.of(
                        "--data", "/srv/sandbox", "--sts-port", "9002", "--kms-port", "9003", "--key-seconds", "3")))
                .isEqualTo(new SandboxOptions(
                        Path.of("/srv/sandbox"), 0, 9002, 9003, OptionalInt.of(3), false, OptionalInt.empty()));
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> SandboxOptions.parse(List.of())).hasMessageContaining("--data is required");
        assertThatThrownBy(() -> SandboxOptions.parse(List.of("--data"))).hasMessageContaining("--data needs a value");
        assertThatThrownBy(() -> SandboxOptions.parse(List.of("--data", "a", "--port", "65536")))
                .hasMessageContaining("65536");
        assertThatThrownBy(() -> SandboxOptions.parse(List.of("--data", "a", "--port", "x")))
                .hasMessageContaining("must be a number");
        assertThatThrownBy(() -> SandboxOptions.parse(List.of("--data", "a", "--chaos-port", "-1")))
                .hasMessageContaining("--chaos-port must be 0 to 65535");
        assertThatThrownBy(() -> SandboxOptions.parse(List.of("--data", "a", "--sts-port", "65536")))
                .hasMessageContaining("--sts-port must be 0 to 65535");
        assertThatThrownBy(() -> SandboxOptions.parse(List.of("--data", "a", "--kms-port", "-1")))
                .hasMessageContaining("--kms-port must be 0 to 65535");
        assertThatThrownBy(() -> SandboxOptions.parse(List.of("--data", "a", "--key-seconds", "0")))
                .hasMessageContaining("--key-seconds must be 1 or more");
        assertThatThrownBy(() -> SandboxOptions.parse(List.of("--dat", "a"))).hasMessageContaining("--dat");
    }
}
