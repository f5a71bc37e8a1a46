package io.bakstripe.protocol.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackupBasisTest {
    private static final Instant TEN = Instant.parse("2026-03-01T10:00:00.000001Z");
    private static final StartFacts START = new StartFacts(
            "postgresql", "18", "7", 1, Lsn.parse("0/2000028"), 1 << 24, "UTC", "shop", Optional.of("fork"), TEN);
    private static final DifferentialBase BASE = new DifferentialBase(
            new BackupSetId(new UUID(0, 1)),
            List.of(S3Arn.parse("arn:aws:s3:::bucket/full.bak")),
            START,
            Lsn.parse("0/3000000"));
    private static final LogChain CHAIN =
            new LogChain("7", 1, "fork", Lsn.parse("0/2000000"), Lsn.parse("0/5000000"), TEN);

    @Test
    void ofAFullBackupGoesOnFromNothing() {
        assertThat(BackupBasis.full(true))
                .isEqualTo(new BackupBasis(BackupType.FULL, Optional.empty(), Optional.empty(), true));
    }

    @Test
    void ofADifferentialIsItsBaseAndOfALogItsChain() {
        assertThat(BackupBasis.differential(BASE).base()).contains(BASE);
        assertThat(BackupBasis.log(CHAIN).chain()).contains(CHAIN);
        assertThat(BackupBasis.log(CHAIN).keepsLog()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedWithWhatAnotherTypeGoesOnFrom(BackupType type) {
        if (type != BackupType.FULL) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new BackupBasis(type, Optional.empty(), Optional.empty(), false));
        }
        if (type != BackupType.DIFFERENTIAL) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new BackupBasis(type, Optional.of(BASE), Optional.empty(), false));
        }
        if (type != BackupType.LOG) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new BackupBasis(type, Optional.empty(), Optional.of(CHAIN), false));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BackupBasis(type, Optional.of(BASE), Optional.of(CHAIN), false));
    }

    @Test
    void aChainGrowsAtItsEndOnly() {
        LogChain longer = CHAIN.extended(Lsn.parse("0/9000000"), TEN.plusSeconds(60));

        assertThat(longer.nextLsn()).isEqualTo(Lsn.parse("0/9000000"));
        assertThat(longer.fence()).isEqualTo(TEN.plusSeconds(60));
        assertThat(longer.firstLsn()).isEqualTo(CHAIN.firstLsn());
        assertThat(longer.recoveryFork()).isEqualTo("fork");
    }

    @Test
    void startFactsTakeAZoneAndAForkAndKeepTheRest() {
        StartFacts known = new StartFacts(
                "postgresql",
                "18",
                "7",
                1,
                Lsn.parse("0/2000028"),
                1 << 24,
                "UTC",
                "shop",
                Optional.empty(),
                TEN,
                Optional.empty(),
                Map.of(5L, "700"));

        StartFacts changed = known.in("Europe/Berlin").on("fork");

        assertThat(changed.timeZone()).isEqualTo("Europe/Berlin");
        assertThat(changed.recoveryFork()).contains("fork");
        assertThat(changed.databases()).isEqualTo(known.databases());
        assertThat(changed.in("UTC").recoveryFork()).contains("fork");
    }
}
