package io.bakstripe.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bakstripe.bench.EncryptionRound.Both;
import io.bakstripe.bench.Figures.Cpu;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EncryptionFiguresTest {
    private static final long GIGA = 1_000_000_000L;

    private static Figures figures(double seconds) {
        return new Figures(seconds, GIGA, GIGA / 4, new Cpu(seconds, 0, 0, 0), 0);
    }

    private static EncryptionRound round(double plain, double encrypted) {
        return new EncryptionRound(Map.of(
                EncryptionRound.PLAIN,
                new Both(figures(plain), figures(1)),
                "encryption-only",
                new Both(figures(encrypted), figures(2))));
    }

    @Test
    void comparesWithThePlainOneOfTheSameRound() {
        EncryptionRound round = round(4, 5);

        assertThat(round.speed("encryption-only", Both::backup)).isCloseTo(0.8, within(1e-9));
        assertThat(round.speed("encryption-only", Both::restore)).isCloseTo(0.5, within(1e-9));
        assertThat(round.cpu("encryption-only", Both::backup)).isCloseTo(0.8, within(1e-9));
    }

    @Test
    void tellsWhichTargetsWereMissed() {
        StringWriter text = new StringWriter();

        new Report<>(
                        Map.of("ciphers", "JDK"),
                        EncryptionRound.targets(List.of("encryption-only")),
                        List.of(round(4, 4.5), round(4, 4.5)))
                .print(new PrintWriter(text));

        assertThat(text.toString())
                .contains("ciphers=JDK", "plain restore", "encryption-only backup")
                .containsPattern("encryption-only : plain, backup MB/s .* reached")
                .containsPattern("encryption-only : plain, restore MB/s .* MISSED");
    }
}
