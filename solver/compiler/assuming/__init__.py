"""The book under other assumptions."""
