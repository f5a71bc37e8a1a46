package io.bakstripe.worker.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.DatabaseName;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileRoomTest {
    private static final long TIB = 1L << 40;
    private static final FileRoom ROOM = new FileRoom(5 * TIB, 10);

    private static Optional<Problem> refusal(double tib, boolean compressed, int files) {
        return ROOM.refusal(new DatabaseName("shop"), (long) (tib * TIB), compressed, files);
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, 1",
        "5, false, 1",
        "50, false, 10",
        // Ten times smaller at best: that may fit.
        "50, true, 1",
        "500, true, 10"
    })
    void letsPassWhatMayFit(double tib, boolean compressed, int files) {
        assertThat(refusal(tib, compressed, files)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "5.1, false, 1, 2",
        "12, false, 2, 3",
        "50, false, 9, 10",
        // Enough for data that cannot be compressed, as far as there are files.
        "51, true, 1, 10",
        "500, true, 9, 10"
    })
    void namesTheFilesThatWouldDo(double tib, boolean compressed, int files, int enough) {
        Problem problem = refusal(tib, compressed, files).orElseThrow();

        assertThat(problem.error()).isEqualTo(BackupError.BACKUP_TOO_LARGE);
        assertThat(problem.hint()).isEqualTo("Set number_of_files to " + enough + ".");
    }

    @ParameterizedTest
    @CsvSource({"50.1, false, 1, 11", "50.1, false, 10, 11", "501, true, 10, 11"})
    void saysWhenTheMostFilesAreNotEnough(double tib, boolean compressed, int files, int needed) {
        assertThat(refusal(tib, compressed, files).orElseThrow().hint())
                .contains("10 files")
                .contains("not enough")
                .contains("they would have to be " + needed);
    }

    @Test
    void namesTheLeastSizeInBytes() {
        assertThat(refusal(60, true, 1).orElseThrow().detail())
                .isEqualTo(
                        "the backup of database 'shop' needs at least %d bytes, but 1 file(s) hold at most %d bytes each"
                                .formatted(6 * TIB, 5 * TIB));
    }
}
