package io.bakstripe.worker.engine;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.HostName;
import java.util.Optional;

/**
 * What the host of an instance offers to databases that are to be restored there, at one moment.
 *
 * @param versions of the engine that it can run
 * @param freeBytes of the disk on which its databases lie
 */
public record RestoreHost(HostName name, EngineVersions versions, long freeBytes) {
    /** {@code SPACE_SHORT} when so many bytes have no room there. */
    public Optional<Problem> refusal(long bytes) {
        return freeBytes >= bytes
                ? Optional.empty()
                : Optional.of(BackupError.SPACE_SHORT.problem(name, bytes, freeBytes));
    }
}
