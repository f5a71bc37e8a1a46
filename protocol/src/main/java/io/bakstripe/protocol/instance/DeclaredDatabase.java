package io.bakstripe.protocol.instance;

import io.bakstripe.protocol.name.DatabaseName;
import java.util.Optional;

/**
 * A database that the configuration names.
 *
 * @param jdbcUrl where its server is, without credentials; absent for a database that the instance manages itself
 */
public record DeclaredDatabase(DatabaseName name, Optional<String> jdbcUrl, RecoveryModel recoveryModel) {}
