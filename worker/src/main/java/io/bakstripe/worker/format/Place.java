package io.bakstripe.worker.format;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.S3Arn;

/**
 * What is being read, so that whatever is wrong with it can be named.
 *
 * @param part the number of the part, or where in the file when no part is known yet
 */
public record Place(S3Arn file, String part) {

    public static Place part(S3Arn file, int number) {
        return new Place(file, Integer.toString(number));
    }

    /** Bytes are not what was written here. */
    public BakstripeException damaged(String what) {
        return BackupError.FILE_DAMAGED.problem(file, part, what).asException();
    }

    /** The file is none of ours. */
    public BakstripeException notABackup(String why) {
        return BackupError.NOT_A_BACKUP.problem(file, why).asException();
    }

    /** A later version of the program wrote the file. */
    BakstripeException newer(int version) {
        return BackupError.FILE_NEWER.problem(file, version, Layout.VERSION).asException();
    }

    /** The file is sealed in a way that this program does not know. */
    BakstripeException encrypted(Object mode) {
        return BackupError.FILE_MODE_UNKNOWN.problem(file, mode).asException();
    }

    /** The file ends too early. */
    public BakstripeException truncated() {
        return BackupError.FILE_TRUNCATED.problem(file).asException();
    }

    /** The file names a path that is not below the target directory. */
    public BakstripeException unsafe(String path) {
        return BackupError.PATH_UNSAFE.problem(file, path).asException();
    }
}
