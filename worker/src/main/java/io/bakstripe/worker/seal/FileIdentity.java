package io.bakstripe.worker.seal;

import io.bakstripe.protocol.name.BackupSetId;
import java.util.UUID;

/**
 * Which file of which set a sealed part belongs to, and which key it is sealed with: what every part of the authenticated mode is bound to. No secret.
 *
 * @param family number of the file in its set, from 1
 * @param families files in the set
 */
public record FileIdentity(UUID dataKeyId, BackupSetId setId, int family, int families) {}
