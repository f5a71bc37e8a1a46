package io.bakstripe.worker.host;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.message.HostCommand.WrittenStep;
import io.bakstripe.worker.wal.LogFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** How the files that a step wrote become part of a data directory whose server does not run; knows no record and no process. */
final class StepFiles {
    private StepFiles() {}

    /** Puts a data directory that a data backup was written into under our rule and gives what its log says; safe to repeat until a server was started in it. */
    static LogFindings takeOver(ServerDirectory directory) throws IOException {
        Path data = directory.data();
        BackupLabel.require(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        LogFindings log = LogPass.ofBackup(data);
        new Tablespaces(directory).takeOver(log.tablespaces());
        ServerConfiguration.takeOver(data);
        return log;
    }

    /**
     * How far a directory has come that a data backup was written into; {@code MANIFEST_MISMATCH} when that is not the backup that the step says.
     *
     * @param log as {@link #takeOver} found it
     */
    static Rolled ofBackup(ServerDirectory directory, WrittenStep step, LogFindings log) throws IOException {
        BackupLabel label = BackupLabel.read(directory.data());
        if (!label.start().equals(step.start().firstLsn())
                || label.timeline() != step.start().timeline()) {
            throw mismatch(BackupLabel.NAME + " is of " + label.start() + " on timeline " + label.timeline()
                    + ", the set of " + step.start().firstLsn() + " on timeline "
                    + step.start().timeline());
        }
        LogFiles.SegmentHead head = LogFiles.headOf(directory.log().resolve(label.file()));
        if (!Long.toUnsignedString(head.writer()).equals(step.start().systemIdentifier())) {
            throw mismatch(
                    "log segment " + label.file() + " was written by server " + Long.toUnsignedString(head.writer())
                            + ", the set is of " + step.start().systemIdentifier());
        }
        ServerLimits limits = ServerLimits.of(directory.data()).orElse(ServerLimits.NONE);
        return new Rolled(
                head.writer(),
                label.timeline(),
                head.layout(),
                log.end(),
                log.lastRecord(),
                false,
                false,
                step.lastCommit(),
                limits.and(log.limits()));
    }

    /**
     * Takes the log that a step brought as far as it is proven and wanted.
     *
     * @param rolled how far the directory has come
     * @param brought where the step was written
     */
    static Rolled withLog(ServerDirectory directory, Rolled rolled, Path brought, WrittenStep step) throws IOException {
        if (step.start().firstLsn().compareTo(rolled.end()) > 0) {
            throw BackupError.LOG_TOO_RECENT
                    .problem(step.start().firstLsn(), rolled.end())
                    .asException();
        }
        if (step.lastLsn().compareTo(rolled.end()) <= 0) {
            throw BackupError.LOG_TOO_EARLY
                    .problem(step.lastLsn(), rolled.end())
                    .asException();
        }
        RolledSegments segments = new RolledSegments(
                directory.log(),
                brought.resolve("pg_wal"),
                rolled.timeline(),
                rolled.layout(),
                rolled.writer(),
                rolled.end(),
                step.lastLsn());
        LogFindings log = LogPass.onwards(segments, rolled.end(), rolled.lastRecord(), step.stopAt());
        segments.moveIn(log.end());
        new Tablespaces(directory).add(log.tablespaces());
        return rolled.onwards(log);
    }

    /** Refuses a step of another server, or on another timeline. */
    static void requireSameHistory(String display, Rolled rolled, WrittenStep step) {
        String writer = Long.toUnsignedString(rolled.writer());
        if (!writer.equals(step.start().systemIdentifier())) {
            throw BackupError.OTHER_DATABASE
                    .problem(display, step.start().systemIdentifier(), writer)
                    .asException();
        }
        if (rolled.timeline() != step.start().timeline()) {
            throw mismatch("the set is of timeline " + step.start().timeline() + ", the database of timeline "
                    + rolled.timeline());
        }
    }

    private static BakstripeException mismatch(String what) {
        return BackupError.MANIFEST_MISMATCH.problem(what).asException();
    }
}
