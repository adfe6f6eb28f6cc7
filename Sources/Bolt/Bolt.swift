// Bolt
